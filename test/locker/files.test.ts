import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { describe, expect, it } from 'vitest'
import { EXPORT_FORMATS } from '../../src/environment/format-names.ts'
import { makeFolder } from '../sync/bundles.ts'
import { buildSdk, failureOf, openLocker, type Sdk, startThreadServer } from './sdk.ts'

const sdk = buildSdk()

const AWKWARD = {
  PEM: '-----BEGIN PRIVATE KEY-----\nMIIB\nAAAA==\n-----END PRIVATE KEY-----\n',
  QUOTES: `one ' two " three \``,
  HASH: 'a # b',
  DOLLAR: '$HOME $(id) $$',
  SPACES: '  both ends  ',
  BACKSLASH: 'C:\\temp\\new\\',
  EMPTY: '',
}

const seed = {
  environments: [{ name: 'prod', externalUrl: 'https://prod.example' }],
  secrets: [
    { key: 'A', value: 'of all', description: 'about a' },
    { key: 'A', value: 'of prod', environment: 'prod' },
    { key: 'B', value: 'b' },
  ],
}

async function start(options: Sdk.LockerOptions = {}) {
  const server = await startThreadServer(sdk(), { seeds: [seed] })
  return { server, locker: openLocker(sdk(), server, options), file: join(makeFolder(), 'secrets') }
}

describe('export', () => {
  it.each(EXPORT_FORMATS)('writes %s to a file that only its owner can read', async (format) => {
    const { locker, file } = await start()
    await locker.export({ format, outputFile: file })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain(
      format === 'k8s' ? Buffer.from('of all').toString('base64') : 'of all',
    )
  })

  it.each([
    ['ALL', {}, {}, { A: 'of all', B: 'b' }],
    ['the configured environment', { environment: 'prod' }, {}, { A: 'of prod', B: 'b' }],
    ['ALL, when that is asked for', { environment: 'prod' }, { env: null }, { A: 'of all', B: 'b' }],
    ['another environment', {}, { env: 'prod' }, { A: 'of prod', B: 'b' }],
    ['what is wanted, under its name', { exclude: ['B'], prefix: 'X_' }, { env: 'prod' }, { X_A: 'of prod' }],
  ])('writes %s', async (_, options, target, expected) => {
    const { locker, file } = await start(options)
    await locker.export({ format: 'json', outputFile: file, ...target })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(expected)
  })

  it('replaces a file, and leaves nothing else behind', async () => {
    const { locker, file } = await start()
    writeFileSync(file, 'old', { mode: 0o644 })
    await locker.export({ format: 'dotenv', outputFile: file })
    expect(parse(readFileSync(file))).toEqual({ A: 'of all', B: 'b' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['secrets'])
  })

  it('writes the file that a link leads to', async () => {
    const { locker, file } = await start()
    writeFileSync(file, 'old')
    symlinkSync(file, `${file}.link`)
    await locker.export({ format: 'dotenv', outputFile: `${file}.link` })
    expect(lstatSync(`${file}.link`).isSymbolicLink()).toBe(true)
    expect(parse(readFileSync(file))).toEqual({ A: 'of all', B: 'b' })
  })

  it('writes nothing when the format can not carry a value', async () => {
    const { locker, file } = await start()
    await locker.create({ key: 'PEM', value: AWKWARD.PEM })
    const error = await failureOf(locker.export({ format: 'docker', outputFile: file }))
    expect(error).toMatchObject({ code: 'locker_error' })
    expect(error.message).toContain(`"PEM" can't be written as docker`)
    expect(existsSync(file)).toBe(false)
  })

  it.each([
    [{ format: 'toml', outputFile: 'x' }, 'format must be one of dotenv, json'],
    [{ format: 'json' }, 'outputFile must be a string'],
    [{ format: 'json', outputFile: 'x', environment: 'prod' }, "the export can't have environment"],
    [{ format: 'json', outputFile: 'x', env: 'nope' }, 'there is no environment "nope"'],
    [
      { format: 'json', outputFile: '/dev/null' },
      "the export can't be written to /dev/null (it is not a regular",
    ],
    [{ format: 'json', outputFile: '/dev/null/x' }, "the export can't be written to /dev/null/x (ENOTDIR)"],
  ])('refuses %j', async (target, message) => {
    const { locker } = await start()
    expect((await failureOf(locker.export(target as never))).message).toContain(message)
  })
})

describe('import', () => {
  it('creates, updates and leaves be, and says what it did', async () => {
    const { server, locker, file } = await start()
    writeFileSync(file, 'A=of all\nB=changed\nC=new\nLOCKER_LOG_LEVEL=2\n')
    const report = { created: ['C'], updated: ['B'], unchanged: ['A'], skipped: ['LOCKER_LOG_LEVEL'] }
    expect(await locker.import(file, { dryRun: true })).toEqual(report)
    const isWrite = ({ method }: { method: string }) => method !== 'GET'
    expect((await server.requests()).filter(isWrite)).toEqual([])
    expect(await locker.import(file)).toEqual(report)
    expect((await server.requests()).filter(isWrite)).toHaveLength(2)
    expect(await locker.environment()).toEqual({ A: 'of all', B: 'changed', C: 'new' })
    expect((await locker.retrieve('A')).description).toBe('about a')
    expect(await locker.import(file)).toMatchObject({ created: [], updated: [], unchanged: ['A', 'B', 'C'] })
  })

  it("looks at the environment's own secrets only", async () => {
    const { locker, file } = await start()
    writeFileSync(file, 'A=of prod\nB=b\n')
    expect(await locker.import(file, { env: 'prod' })).toMatchObject({ created: ['B'], unchanged: ['A'] })
    expect(await locker.list('prod')).toHaveLength(2)
    expect(await locker.list(null)).toHaveLength(2)
  })

  it('keeps an updated secret in its environment', async () => {
    const { locker, file } = await start()
    writeFileSync(file, 'A=changed\n')
    await locker.import(file, { env: 'prod' })
    expect(await locker.retrieve('A', 'prod')).toMatchObject({ value: 'changed', environmentName: 'prod' })
    expect(await locker.get('A')).toBe('of all')
  })

  it('brings back what export wrote, whatever is in it', async () => {
    const { locker, file } = await start({ include: Object.keys(AWKWARD) })
    for (const [key, value] of Object.entries(AWKWARD)) await locker.create({ key, value })
    await locker.export({ format: 'dotenv', outputFile: file })
    expect(parse(readFileSync(file))).toEqual(AWKWARD)
    expect((await locker.import(file, { env: 'prod' })).created.toSorted()).toEqual(
      Object.keys(AWKWARD).sort(),
    )
    const own = (await locker.list('prod')).filter(({ key }) => key !== 'A')
    expect(Object.fromEntries(own.map(({ key, value }) => [key, value]))).toEqual(AWKWARD)
  })

  it.each([
    ['a file that is not there', 'missing', undefined, "can't be read (ENOENT)"],
    ['a folder', '.', undefined, 'is not a regular file'],
    ['an environment that is not there', 'secrets', { env: 'nope' }, 'there is no environment "nope"'],
    [
      'an option that is not known',
      'secrets',
      { environment: 'prod' },
      "the import's options can't have environment",
    ],
    ['dryRun that is no boolean', 'secrets', { dryRun: 1 }, 'dryRun must be true or false'],
  ])('refuses %s, and writes nothing', async (_, name, target, message) => {
    const { server, locker, file } = await start()
    writeFileSync(file, 'C=new\n')
    const error = await failureOf(locker.import(join(file, '..', name), target as never))
    expect(error.message).toContain(message)
    expect((await server.requests()).filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('tells how far it came when a write fails', async () => {
    const { server, locker, file } = await start()
    writeFileSync(file, 'C=1\nD=2\nE=3\n')
    await server.setFaults('POST #2 status=503')
    const error = await failureOf(locker.import(file))
    expect(error).toMatchObject({ name: 'APIConnectionError', statusCode: 503 })
    expect(error.message).toContain('the import stopped at "D", after 1 of 3 writes: POST /v1/secrets')
    expect(await locker.list()).toHaveLength(4)
  })
})
