import { describe, expect, it } from 'vitest'
import { encrypt } from '../../src/crypto/cipher.ts'
import { CliRunError } from '../../src/errors.ts'
import { createLogger, LogLevel } from '../../src/logger.ts'
import { type OpenedSecrets, openSecrets, openText } from '../../src/vault/open.ts'
import type { Snapshot } from '../../src/vault/snapshot.ts'
import type { WireSecret } from '../../src/wire/types.ts'
import { createProject, REVISION_DATE } from './test-project.ts'

const project = createProject()
const { keys, secret } = project

function snapshotOf(secrets: readonly WireSecret[]): Snapshot {
  return {
    projectId: project.projectId,
    profileKey: project.profileKey,
    revisionDate: REVISION_DATE,
    fetchedAtMs: 1,
    secrets,
    environmentHashes: [],
  }
}

const open = (secrets: readonly WireSecret[], environment?: string): OpenedSecrets =>
  openSecrets(snapshotOf(secrets), project.secretBytes, environment)

const entries = (layer: OpenedSecrets['all']) => Object.fromEntries(layer)

/** Flips a bit of the MAC. */
function tamper(encString: string): string {
  const [head, ciphertext, mac = ''] = encString.split('|')
  const bytes = Buffer.from(mac, 'base64')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  return [head, ciphertext, bytes.toString('base64')].join('|')
}

const NOT_UTF8 = Buffer.from([0x61, 0xff, 0x62])

describe('openSecrets', () => {
  const secrets = [
    secret('A', 'all'),
    secret('A', 'production', 'production'),
    secret('B', 'staging', 'staging'),
    secret('C', '', 'production'),
  ]

  it.each([
    [undefined, { A: 'all' }, {}],
    ['production', { A: 'all' }, { A: 'production', C: '' }],
    ['staging', { A: 'all' }, { B: 'staging' }],
    ['Production', { A: 'all' }, {}],
    ['', { A: 'all' }, {}],
  ])('opens ALL and the environment %j', (environment, all, own) => {
    const opened = open(secrets, environment)
    expect(entries(opened.all)).toEqual(all)
    expect(entries(opened.environment)).toEqual(own)
    expect(opened.warnings).toEqual([])
  })

  it("tells environments apart by their hash, whatever a record's name says", () => {
    const other = { environment_name: encrypt(keys, 'staging') }
    expect(entries(open([secret('A', 'x', 'production', other)], 'production').environment)).toEqual({
      A: 'x',
    })
    expect(open([secret('A', 'x', 'production', other)], 'staging').environment.size).toBe(0)
  })

  it('says at debug level which secret_hash is not that of its key, and opens it all the same', () => {
    const odd = secret('A', 'x', undefined, { secret_hash: 'of-somebody-else' })
    const lines = [LogLevel.ERROR, LogLevel.DEBUG].map((level) => {
      const said: string[] = []
      const logger = createLogger(level, (line) => said.push(line))
      const { all } = openSecrets(snapshotOf([odd, secret('B', 'y')]), project.secretBytes, undefined, logger)
      expect(entries(all)).toEqual({ A: 'x', B: 'y' })
      return said
    })
    expect(lines).toEqual([[], [`lockerpm: debug: the secret_hash of secret ${odd.id} is not its key's`]])
  })

  it.each([
    ['only an id', { environment_id: 'b', environment_hash: null }],
    ['only a hash', { environment_id: null, environment_hash: 'of-somebody-else' }],
  ])('takes a secret with %s of an environment for no secret of ALL', (_, other) => {
    expect(open([secret('A', 'x', undefined, other)]).all.size).toBe(0)
  })

  it.each([
    ['null', { environment_id: null, environment_hash: null, environment_name: null }],
    ['empty', { environment_id: '', environment_hash: '', environment_name: '' }],
  ])('takes a secret whose environment is %s for one of ALL', (_, other) => {
    expect(entries(open([secret('A', 'x', undefined, other)]).all)).toEqual({ A: 'x' })
  })

  it('opens nothing but ALL and the chosen environment', () => {
    const broken = { key: 'plaintext', value: 'plaintext' }
    const all = [secret('A', 'x'), secret('B', 'y', 'staging', broken)]
    expect(entries(open(all, 'production').all)).toEqual({ A: 'x' })
    expect(() => open(all, 'staging')).toThrow(CliRunError)
  })

  it.each<[string, string, Partial<WireSecret>]>([
    ['a plaintext key', 'key', { key: 'canary' }],
    ['a plaintext value', 'value', { value: 'canary' }],
    ['a value of another type', 'value', { value: encrypt(keys, 'canary').replace('2.', '0.') }],
    ['a flipped bit in a key', 'key', { key: tamper(encrypt(keys, 'canary')) }],
    ['a flipped bit in a value', 'value', { value: tamper(encrypt(keys, 'canary')) }],
    ['a value of another project', 'value', { value: encrypt(createProject().keys, 'canary') }],
  ])('refuses %s and names record and field', (_, field, other) => {
    const broken = secret('A', 'x', 'production', { id: 'record-1', ...other })
    const work = () => open([secret('B', 'y'), broken], 'production')
    expect(work).toThrow(CliRunError)
    expect(work).toThrow(`integrity check failed for the ${field} of secret record-1:`)
    expect(work).not.toThrow(/canary/)
  })

  it.each<[string, Partial<WireSecret>]>([
    ['plaintext', { description: 'plaintext', environment_name: 'plaintext' }],
    [
      'tampered with',
      { description: tamper(encrypt(keys, 'x')), environment_name: tamper(encrypt(keys, 'x')) },
    ],
    ['absent', { description: null, environment_name: null }],
  ])('does not care for a description or environment name that is %s', (_, other) => {
    expect(entries(open([secret('A', 'x', 'production', other)], 'production').environment)).toEqual({
      A: 'x',
    })
  })

  it('does not care for a hash that does not match its key', () => {
    expect(entries(open([secret('A', 'x', undefined, { secret_hash: 'odd' })]).all)).toEqual({ A: 'x' })
  })

  it.each([
    ['null', null],
    ['empty', ''],
    ['an EncString of nothing', encrypt(keys, '')],
  ])('takes a value that is %s for the empty text', (_, value) => {
    expect(entries(open([secret('A', 'x', undefined, { value })]).all)).toEqual({ A: '' })
  })

  it('leaves a value that is no UTF-8 undefined, and goes on', () => {
    const opened = open([secret('A', NOT_UTF8), secret('B', 'y')])
    expect([...opened.all]).toEqual([
      ['A', undefined],
      ['B', 'y'],
    ])
    expect(opened.warnings).toEqual([])
  })

  it('leaves a secret out whose key is no UTF-8, says which, and goes on', () => {
    const key = encrypt(keys, NOT_UTF8)
    const opened = open(
      [
        secret('A', 'x', 'production', { id: 'record-1', key }),
        secret('B', 'y', undefined, { id: 'record-2', key }),
      ],
      'production',
    )
    expect(opened.all.size + opened.environment.size).toBe(0)
    expect(opened.warnings.toSorted()).toEqual([
      'secret record-1 is left out: its key is not UTF-8 text',
      'secret record-2 is left out: its key is not UTF-8 text',
    ])
  })

  it('opens a value once, also when it looks like an EncString', () => {
    const value = encrypt(keys, 'inner')
    expect(entries(open([secret('A', value)]).all)).toEqual({ A: value })
  })

  it.each([
    ['the younger', 1, 2, 'second'],
    ['the younger, whatever the order', 2, 1, 'first'],
    ['the last of two of one age', 1, 1, 'second'],
    ['the one with a date', null, 0.5, 'second'],
    ['the one with a date, whatever the order', 0.5, null, 'first'],
  ])('of two secrets with one key keeps %s', (_, first, second, kept) => {
    const twice = [
      secret('A', 'first', undefined, { revision_date: first }),
      secret('A', 'second', undefined, { revision_date: second }),
    ]
    expect(entries(open(twice).all)).toEqual({ A: kept })
  })

  it('changes nothing in the snapshot', () => {
    const list = Object.freeze([
      secret('A', 'x', undefined, { revision_date: 2 }),
      secret('B', 'y', undefined, { revision_date: 1 }),
    ])
    expect(open(list).all.size).toBe(2)
    expect(list.map((item) => item.revision_date)).toEqual([2, 1])
  })

  it.each([
    ['another secret half', createProject().secretBytes, project.profileKey],
    ['a tampered profile key', project.secretBytes, tamper(project.profileKey)],
    ['no profile key', project.secretBytes, ''],
    ['a plaintext profile key', project.secretBytes, 'x'.repeat(64)],
  ])('with %s says that the two halves do not belong together', (_, secretBytes, profileKey) => {
    const work = () => openSecrets({ ...snapshotOf(secrets), profileKey }, secretBytes, undefined)
    expect(work).toThrow(CliRunError)
    expect(work).toThrow(
      /two halves were made together \(LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY\)$/,
    )
  })

  it('keeps keys that objects have anyway', () => {
    const opened = open([secret('__proto__', 'x'), secret('constructor', 'y')])
    expect(opened.all.get('__proto__')).toBe('x')
    expect(opened.all.get('constructor')).toBe('y')
  })
})

describe('openText', () => {
  it.each([
    [null, ''],
    ['', ''],
    [encrypt(keys, 'xin chào 👋\0\n'), 'xin chào 👋\0\n'],
    [encrypt(keys, '\ufeffx'), '\ufeffx'],
    [encrypt(keys, NOT_UTF8), undefined],
  ])('of %j is %j', (text, opened) => {
    expect(openText(keys, text, 'value of secret', 1)).toBe(opened)
  })

  it('names the field that it refuses', () => {
    expect(() => openText(keys, 'x', 'name of environment', 1)).toThrow('for the name of environment 1:')
  })
})
