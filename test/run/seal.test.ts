import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DevServer } from '../../src/dev-server/index.ts'
import { createFolder, REGISTER, type Result, runToEnd, start, type Variables } from './built.ts'
import { startServer } from './servers.ts'

const SECRETS = [
  { key: 'CANARY_SHARED', value: 'canary-all' },
  { key: 'CANARY_SHARED', value: 'canary-staging', environment: 'staging' },
]
const ENVIRONMENTS = [{ name: 'empty', externalUrl: 'https://empty.example' }]
const PRINT = ['-p', 'process.env.CANARY_SHARED']

describe('--seal', () => {
  it('writes one file that is ours alone and shows nothing, and says nothing', async () => {
    const { folder, file, result } = await seal()
    expect(result).toEqual({ status: 0, signal: null, stdout: '', stderr: '' })
    expect(readdirSync(folder)).toEqual(['secrets.sealed'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'latin1')).not.toMatch(/canary|staging|empty/i)
  })

  it('takes a path relative to the working directory', async () => {
    const { env } = await startServer({})
    const folder = createFolder()
    mkdirSync(join(folder, 'image'))
    expect((await runToEnd(['--seal', 'image/secrets.sealed'], env, folder)).status).toBe(0)
    expect(readdirSync(join(folder, 'image'))).toEqual(['secrets.sealed'])
  })

  it('asks the service, whatever is cached or sealed already', async () => {
    const { server, env, file, folder } = await seal()
    const cached = { ...env, LOCKER_CACHE: join(folder, 'cache'), LOCKER_REST_TIME: '1000' }
    await runToEnd(['true'], cached)
    server.project.setSecret({ key: 'CANARY_SHARED', value: 'new' })
    expect((await runToEnd(['--seal', file], { ...cached, LOCKER_SNAPSHOT: file })).status).toBe(0)
    expect((await startSealed(file, env)).stdout).toBe('new\n')
  })

  it.each([
    ['the environment does not exist', ['-e', 'stagng'], {}, /"stagng".*--environment/],
    [
      'the secret half does not belong',
      [],
      { LOCKER_SECRET_ACCESS_KEY: 'QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=' },
      /./,
    ],
    [
      'there is no key',
      [],
      { LOCKER_ACCESS_KEY_ID: '', LOCKER_SECRET_ACCESS_KEY: '' },
      /there is no access key/,
    ],
    ['the service can not be reached', [], { LOCKER_API_BASE: 'http://127.0.0.1:1' }, /127\.0\.0\.1/],
    ['it is switched off', [], { LOCKER_DISABLE: 'true' }, /LOCKER_DISABLE is true/],
  ])('leaves the file as it was when %s', async (_, flags, more, reason) => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const folder = createFolder()
    const file = join(folder, 'secrets.sealed')
    writeFileSync(file, 'before')
    const result = await runToEnd(['--seal', file, ...flags, '--on-error=warn'], { ...env, ...more })
    expect(result).toMatchObject({ status: 125, stdout: '', stderr: expect.stringMatching(reason) })
    expect(result.stderr).toMatch(/^lockerpm: nothing was sealed: [^\n]*\n$/)
    expect(readFileSync(file, 'utf8')).toBe('before')
    expect(readdirSync(folder)).toEqual(['secrets.sealed'])
  })

  it.each([
    ['a folder', tmpdir(), 'not a regular file'],
    ['nowhere', '/nowhere/at/all', 'ENOENT'],
    ['nothing', '', '--seal must be the path of a file'],
  ])('says that it can not write to %s', async (_, file, reason) => {
    const { env } = await startServer({})
    const { status, stderr } = await runToEnd([`--seal=${file}`], env)
    expect(status).toBe(125)
    expect(stderr).toMatch(/^lockerpm: nothing was sealed: [^\n]*\n$/)
    expect(stderr).toContain(reason)
  })
})

describe('a start from a sealed snapshot, without any service,', () => {
  it.each([
    ['ALL', [], 'canary-all'],
    ['an environment', ['-e', 'staging'], 'canary-staging'],
    ['an environment that no secret names', ['-e', 'empty'], 'canary-all'],
  ])('brings the secrets of %s', async (_, flags, value) => {
    const { server, file, env } = await seal()
    await server.close()
    expect(await startSealed(file, env, flags)).toEqual({
      status: 0,
      signal: null,
      stdout: `${value}\n`,
      stderr: '',
    })
  })

  it.each([
    ['-r', [REGISTER]],
    ['--import', [REGISTER.replace(/cjs$/, 'mjs')]],
  ])('brings them through register, by %s', async (flag, module) => {
    const { server, file, env } = await seal()
    await server.close()
    const variables = { ...env, LOCKER_SNAPSHOT: file, LOCKER_ENVIRONMENT: 'staging' }
    const result = await start(process.execPath, [flag, ...module, ...PRINT], variables).ended
    expect(result).toEqual({ status: 0, signal: null, stdout: 'canary-staging\n', stderr: '' })
  })

  it('needs no home and no cache', async () => {
    const { file, env } = await seal()
    const { stdout, stderr } = await startSealed(file, { ...env, HOME: '/nowhere', LOCKER_CACHE: undefined })
    expect({ stdout, stderr }).toEqual({ stdout: 'canary-all\n', stderr: '' })
  })

  it.each([
    ['locker-run', (file: string, env: Variables) => startSealed(file, env)],
    [
      'register',
      (file: string, env: Variables) =>
        start(process.execPath, ['-r', REGISTER, ...PRINT], { ...env, LOCKER_SNAPSHOT: file }).ended,
    ],
  ])('fails with 125 and one line that helps: %s', async (_, startFrom) => {
    const { file, env, folder } = await seal()
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const changed = join(folder, 'changed')
    writeFileSync(changed, Buffer.concat([readFileSync(file), Buffer.of(0)]))
    const cases: [string, Variables, RegExp][] = [
      [file, { LOCKER_ENVIRONMENT: 'stagng' }, /"stagng".*LOCKER_ENVIRONMENT/],
      [file, { LOCKER_SECRET_ACCESS_KEY: 'QUFB' }, /sealed with another secret access key/],
      [file, { LOCKER_ACCESS_KEY_ID: '4f152ab0-d069-4d8b-b19a-408da9ae766a' }, /another access key id/],
      [file, { LOCKER_API_BASE: 'https://other.example' }, /another api base/],
      [file, { LOCKER_MAX_STALE: '0' }, /LOCKER_MAX_STALE allows 0 s/],
      [changed, {}, /it was changed/],
      [join(folder, 'missing'), {}, /ENOENT/],
      [folder, {}, /not a regular file/],
      [pipe, {}, /not a regular file/],
    ]
    for (const [path, more, reason] of cases) {
      const { status, stdout, stderr } = await startFrom(path, { ...env, ...more })
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
      expect(stderr).toMatch(/^lockerpm: [^\n]*\n$/)
      expect(stderr).toMatch(reason)
      expect(stderr).not.toContain('canary-')
    }
  })
})

it.each([
  ['read', 'missing', /^lockerpm: .*the sealed snapshot of --snapshot can't be read: ENOENT/],
  ['used', '.', /^lockerpm: .*the sealed snapshot of --snapshot can't be used: it is not a regular file/],
])('a sealed snapshot that can not be %s is named as it was given', async (_, path, message) => {
  const { env } = await startServer({})
  expect((await runToEnd(['--snapshot', path, 'true'], env)).stderr).toMatch(message)
})

interface Sealed {
  readonly server: DevServer
  readonly env: Variables
  readonly folder: string
  readonly file: string
  readonly result: Result
}

async function seal(): Promise<Sealed> {
  const { server, env } = await startServer({ seeds: [{ secrets: SECRETS, environments: ENVIRONMENTS }] })
  const folder = createFolder()
  const file = join(folder, 'secrets.sealed')
  return { server, env, folder, file, result: await runToEnd(['--seal', file], env) }
}

function startSealed(file: string, env: Variables, flags: readonly string[] = []): Promise<Result> {
  return runToEnd([...flags, process.execPath, ...PRINT], { ...env, LOCKER_SNAPSHOT: file })
}
