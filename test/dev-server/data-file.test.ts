import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { startDevServer } from '../../src/dev-server/index.ts'
import { LockerError } from '../../src/errors.ts'
import { openSecrets, read, send } from './raw-client.ts'
import { makeFolder, startServer } from './servers.ts'

const CANARY = 'canary-7f0c1e'
const SEED = { secrets: [{ key: CANARY, value: CANARY, description: CANARY, environment: CANARY }] }

it('keeps credentials, records and dates across restarts', async () => {
  const dataFile = join(makeFolder(), 'data.json')
  const first = await startDevServer({ dataFile, seeds: [SEED] })
  const other = first.project.addAccessKey({ readOnly: true })
  first.addProject().setSecret({ key: 'B', value: '1' })
  const secrets = await openSecrets(first)
  const page = await read(first, '/v1/secrets')
  await first.close()
  const second = await startServer({ dataFile, seeds: [SEED] })
  expect(second.accessKeyId).toBe(first.accessKeyId)
  expect(second.secretAccessKey).toBe(first.secretAccessKey)
  expect(await openSecrets({ ...second, ...other })).toEqual(secrets)
  expect(await read(second, '/v1/secrets')).toEqual(page)
})

it('is readable by its owner only, holds no plaintext, and leaves nothing beside it', async () => {
  const dataFile = join(makeFolder(), 'data.json')
  const server = await startServer({ dataFile, seeds: [SEED] })
  expect(statSync(dataFile).mode & 0o777).toBe(0o600)
  const text = readFileSync(dataFile, 'utf8')
  expect(text).not.toContain(CANARY)
  expect(text).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 16))
  expect(text).toContain(server.secretAccessKey)
  expect(readdirSync(dirname(dataFile))).toEqual(['data.json'])
})

it('has saved a write by the time it is answered', async () => {
  const dataFile = join(makeFolder(), 'data.json')
  const server = await startServer({ dataFile })
  const answer = await send(server, '/v1/environments', { method: 'POST', body: { hash: 'a'.repeat(43) } })
  expect(answer.status).toBe(201)
  expect(JSON.parse(readFileSync(dataFile, 'utf8')).projects[0].environments).toHaveLength(1)
})

it('answers 500 to a write that can not be saved', async () => {
  const folder = join(makeFolder(), 'sub')
  mkdirSync(folder)
  const dataFile = join(folder, 'data.json')
  const server = await startDevServer({ dataFile })
  const { rmSync } = await import('node:fs')
  rmSync(folder, { recursive: true })
  const answer = await send(server, '/v1/environments', { method: 'POST', body: { hash: 'a'.repeat(43) } })
  expect(answer.status).toBe(500)
  expect(answer.json).toMatchObject({ code: 'server_error' })
  await expect(server.close()).rejects.toThrow(LockerError)
})

it('keeps the authority of https, and its file at a fixed place', async () => {
  const dataFile = join(makeFolder(), 'data.json')
  const first = await startDevServer({ dataFile, https: true })
  const ca = readFileSync(`${dataFile}.ca.pem`, 'utf8')
  expect(first.caFile).toBe(`${dataFile}.ca.pem`)
  await first.close()
  await (await startDevServer({ dataFile })).close()
  const second = await startServer({ dataFile, https: true })
  expect((await send(second, '/v1/profile', { ca })).status).toBe(200)
})

it('removes a temporary authority when it stops', async () => {
  const server = await startDevServer({ https: true })
  expect(existsSync(server.caFile ?? '')).toBe(true)
  await server.close()
  expect(existsSync(dirname(server.caFile ?? ''))).toBe(false)
})

it.each([0o644, 0o640, 0o606])('refuses a file of mode %o', async (mode) => {
  const dataFile = join(makeFolder(), 'data.json')
  await (await startDevServer({ dataFile })).close()
  chmodSync(dataFile, mode)
  await expect(startDevServer({ dataFile })).rejects.toThrow(`${dataFile}: it holds access keys`)
})

const KEY = { access_key_id: 'a', secret_access_key: CANARY }
const PROFILE = { key: 'x', activated: true, editable: true, restrict_ip: [], expiration_date: null }
const PROJECT = { project_id: 1, revision_date: 1, deleted_item_date: 0, environments: [], secrets: [] }
const file = (projects: unknown) => ({ format: 'locker-dev 1', projects })

it.each([
  ['{', 'is not valid JSON'],
  [{ projects: [] }, 'is not a data file of this version'],
  [file([]), 'projects must not be empty'],
  [file([{ ...PROJECT, access_keys: [] }]), 'projects[0].access_keys must not be empty'],
  [file([{ ...PROJECT, access_keys: [KEY] }]), 'projects[0].access_keys[0].profile must be an object'],
  [
    file([{ ...PROJECT, access_keys: [{ ...KEY, profile: { ...PROFILE, restrict_ip: [1] } }] }]),
    'projects[0].access_keys[0].profile.restrict_ip[0] must be a string',
  ],
  [
    file([{ ...PROJECT, secrets: [{ id: 'a' }], access_keys: [{ ...KEY, profile: PROFILE }] }]),
    'projects[0].secrets[0].secret_hash must be a string',
  ],
  [file([{ ...PROJECT, access_keys: [{ ...KEY, profile: PROFILE }] }]), 'secret access key'],
])('refuses the data file %j, naming the place and no value', async (content, message) => {
  const dataFile = join(makeFolder(), 'data.json')
  writeFileSync(dataFile, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
  const error = await startDevServer({ dataFile }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(LockerError)
  expect(String(error)).toContain(message)
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(CANARY)
})
