/** The built preload, whose first start in a place begins with the worker. product: section 2; the build must have been made. */
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'

const run = promisify(execFile)
const PRELOAD = join(import.meta.dirname, '../../register/index.cjs')

let server: DevServer
let folder: string
beforeAll(async () => {
  server = await startDevServer({ seeds: [{ secrets: [{ key: 'COLOUR', value: 'blue' }] }] })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-early-'))
  writeFileSync(join(folder, 'package.json'), '{}')
  writeFileSync(join(folder, 'app.cjs'), 'process.stdout.write(String(process.env.COLOUR))')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => server.close())

const cache = () => join(folder, 'cache')
const lock = () => join(cache(), 'early.lock')

async function start(
  env: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string; code: number }> {
  const options = {
    cwd: folder,
    env: {
      LOCKER_API_BASE: server.apiBase,
      LOCKER_ACCESS_KEY_ID: server.accessKeyId,
      LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
      LOCKER_CACHE: cache(),
      ...env,
    },
  }
  return run(process.execPath, ['-r', PRELOAD, 'app.cjs'], options).then(
    (result) => ({ ...result, code: 0 }),
    (error) => error,
  )
}

describe('a start that begins with its worker', () => {
  it('gets the secrets, and leaves no lock', async () => {
    expect(await start()).toMatchObject({ stdout: 'blue', stderr: '', code: 0 })
    // The second one knows that the service is asked each time.
    expect(await start()).toMatchObject({ stdout: 'blue', stderr: '', code: 0 })
    expect(existsSync(lock())).toBe(false)
  })

  it('needs no cache', async () => {
    expect(await start({ LOCKER_CACHE: 'false' })).toMatchObject({ stdout: 'blue', stderr: '', code: 0 })
    expect(existsSync(cache())).toBe(false)
  })

  it.each<[string, Record<string, string>, number]>([
    ['has a bad setting', { LOCKER_TIMEOUT_MS: 'soon' }, 125],
    ['is refused', { LOCKER_ACCESS_KEY_ID: '00000000-0000-4000-8000-000000000000' }, 125],
    ['finds nobody there', { LOCKER_API_BASE: 'http://127.0.0.1:9', LOCKER_TIMEOUT_MS: '2000' }, 125],
    ['fails, and is to go on', { LOCKER_TIMEOUT_MS: 'soon', LOCKER_ON_ERROR: 'warn' }, 0],
  ])('and %s fails as ever, and leaves no lock', async (_, env, code) => {
    const result = await start(env)
    expect(result.code).toBe(code)
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(existsSync(lock())).toBe(false)
  })

  it.each([
    ['names another .env', { LOCKER_DOTENV: 'other.env' }, 'package.json'],
    ['may be below a locker.json', {}, 'other.json'],
  ])('is none that %s: nothing is made before it is read', async (_, env, manifest) => {
    renameSync(join(folder, 'package.json'), join(folder, manifest))
    writeFileSync(join(folder, 'other.env'), 'LOCKER_DISABLE=true')
    writeFileSync(join(folder, 'app.cjs'), 'process.stdout.write(String(process._getActiveHandles().length))')
    const plain = await run(process.execPath, ['app.cjs'], { cwd: folder })
    const result = await start({ ...env, ...(manifest === 'other.json' && { LOCKER_TIMEOUT_MS: 'soon' }) })
    expect(existsSync(cache())).toBe(false)
    if (manifest === 'package.json') expect(result.stdout).toBe(plain.stdout)
  })

  it.each([
    ['a dead process', `999999 ${hostname()} ${readlinkSync('/proc/self/ns/pid')}`],
    ['nobody', ''],
  ])('is held up by no lock of %s, which is swept away', async (_, owner) => {
    mkdirSync(cache(), { mode: 0o700 })
    writeFileSync(lock(), owner)
    // Of nobody here: such a one counts as dead after 2 s.
    utimesSync(lock(), 1, 1)
    expect(await start()).toMatchObject({ stdout: 'blue', stderr: '', code: 0 })
    expect(existsSync(lock())).toBe(false)
  })

  it('with many others asks once', async () => {
    const before = server.requests.length
    const results = await Promise.all(Array.from({ length: 12 }, () => start()))
    expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 12 }, () => 'blue'))
    const asked = server.requests.slice(before).filter(({ url }) => url.startsWith('/v1/profile'))
    expect(asked.length).toBeLessThanOrEqual(2)
    expect(readdirSync(cache()).filter((file) => /lock|tmp/.test(file))).toEqual([])
  })
})
