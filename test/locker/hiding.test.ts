import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildSdk, openLocker, type Sdk, startThreadServer } from './sdk.ts'

const sdk = buildSdk()
const VALUE = 'canary-value'
const DESCRIPTION = 'canary-description'
const HEADER = 'canary-header'

let locker: Sdk.Locker
let secret: Sdk.Secret
let credentials: string[]

beforeAll(async () => {
  const ends: (() => Promise<void>)[] = []
  const seed = {
    environments: [{ name: 'prod', externalUrl: 'https://prod.example' }],
    secrets: [{ key: 'A', value: VALUE, description: DESCRIPTION, environment: 'prod' }],
  }
  const server = await startThreadServer(sdk(), { seeds: [seed] }, (end) => ends.push(end))
  credentials = [server.accessKeyId, server.secretAccessKey, HEADER]
  locker = openLocker(sdk(), server, { headers: { 'X-Canary': HEADER } })
  secret = await locker.retrieve('A', 'prod')
  await locker.list()
  locker.listSync()
  return () => Promise.all(ends.map((end) => end()))
})

describe('a Secret', () => {
  it.each([
    ['inspect', () => inspect(secret)],
    ['inspect of what holds it', () => inspect({ deep: [secret] }, { depth: 9 })],
    ['inspect with everything shown', () => inspect(secret, { showHidden: true, getters: true })],
    ['inspect as a plain object', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['toString', () => String(secret)],
    ['a copy of its fields', () => JSON.stringify({ ...secret })],
  ])('shows neither value nor description by %s', (_, show) => {
    expect(show()).toContain('A')
    expect(show()).not.toContain('canary')
  })

  it('says which one it is', () => {
    expect(String(secret)).toBe('Secret(A, prod)')
    expect(inspect(secret)).toMatch(/^Secret \{.*value: \[hidden\]/s)
  })

  it('shows all of it as JSON, which is somebody’s explicit wish', () => {
    expect(JSON.parse(JSON.stringify(secret))).toMatchObject({ value: VALUE, description: DESCRIPTION })
    expect(secret.value).toBe(VALUE)
    expect(secret.description).toBe(DESCRIPTION)
  })

  it('can not be changed', () => {
    expect(() => Object.assign(secret, { key: 'B' })).toThrow(TypeError)
    expect(() => Object.assign(secret, { value: 'B' })).toThrow(TypeError)
  })
})

describe('an Environment', () => {
  it('is plain, says which one it is, and can not be changed', async () => {
    const [prod] = await locker.listEnvironments()
    expect(String(prod)).toBe('Environment(prod)')
    expect(JSON.parse(JSON.stringify(prod))).toEqual({
      id: expect.any(String),
      projectId: 1,
      name: 'prod',
      hash: expect.stringMatching(/^[\w-]{43}$/),
      externalUrl: 'https://prod.example',
      description: '',
      creationDate: expect.any(Number),
      revisionDate: expect.any(Number),
      updatedDate: null,
    })
    expect(() => Object.assign(prod ?? {}, { name: 'live' })).toThrow(TypeError)
  })
})

describe('a Locker', () => {
  it.each([
    ['inspect', () => inspect(locker)],
    ['inspect with everything shown', () => inspect(locker, { showHidden: true, depth: 9, getters: true })],
    [
      'inspect as a plain object',
      () => inspect(locker, { customInspect: false, showHidden: true, depth: 9 }),
    ],
    ['toString', () => String(locker)],
    ['JSON', () => JSON.stringify(locker)],
  ])('shows no credential, header or value by %s', (_, show) => {
    for (const text of [...credentials, 'canary']) expect(show()).not.toContain(text)
  })

  it('shows where its service is', () => {
    expect(String(locker)).toMatch(/^Locker\(http:\/\/127\.0\.0\.1:\d+\)$/)
    expect(JSON.stringify(locker)).toMatch(/^\{"apiBase":"http:\/\/127\.0\.0\.1:\d+"\}$/)
  })

  it('has no fields that anybody could read or change', () => {
    expect(Reflect.ownKeys(locker)).toEqual([])
  })
})
