import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, runNode } from '../sync/bundles.ts'
import { buildSdk, openLocker, startThreadServer } from './sdk.ts'

const sdk = buildSdk()
const ID = '151b2167-76be-479f-8012-568f52bbe2f0'
const SECRET = 'AF5UKtHMPa0aSlt0SnCPWzFIsdKcZRFlmQ5TdjtaBqc='

function failureOfOptions(options: unknown): Error {
  try {
    ;new (sdk().sdk.Locker)(options as never)
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it should have failed')
}

describe('options', () => {
  it.each([
    [{ accessKeyId: 'abc' }, 'the option accessKeyId must be an access key id'],
    [{ secretAccessKey: 'abc' }, 'the option secretAccessKey must be a secret access key'],
    [{ accessKeySecret: 7 }, 'the option accessKeySecret must be'],
    [{ accessKeySecret: 'QUJD' }, 'the option secretAccessKey and the option accessKeySecret differ'],
    [{ apiBase: 'http://example.com' }, 'the option apiBase must be an https: URL'],
    [{ apiBase: 'https://example.com/?a=b' }, 'the option apiBase must not have a query'],
    [{ headers: { 'Bad Name': 'x' } }, 'the option headers'],
    [{ headers: { Authorization: 'Bearer x' } }, 'the option headers'],
    [{ timeoutMs: 0 }, 'the option timeoutMs must be a whole number of milliseconds from 1 to 600000'],
    [{ timeoutMs: '10s' }, 'the option timeoutMs must be'],
    [{ restTime: -1 }, 'the option restTime must be'],
    [{ fetch: 'yes' }, 'the option fetch must be true, false, 1 or 0'],
    [{ cache: true }, 'the option cache must be'],
    [{ logLevel: 3 }, 'the option logLevel must be 0 (none), 1 (error) or 2 (debug)'],
    [{ transform: 'camel' }, 'the option transform must be none or upper-snake'],
    [{ unsafe: 'maybe' }, 'the option unsafe must be'],
    [{ timeout: 1000 }, 'the option timeout is not known'],
    [{ enviroment: 'prod' }, 'the option enviroment is not known; did you mean environment?'],
    [{ onError: 'warn' }, 'the option onError is not known'],
    [null, "a Locker's options must be an object"],
    ['x', "a Locker's options must be an object"],
  ])('%j is an error at construction that names it, and never shows it', (options, message) => {
    const base = { accessKeyId: ID, secretAccessKey: SECRET, dotenv: false, cache: false }
    const isObject = typeof options === 'object' && options !== null
    const error = failureOfOptions(isObject ? { ...base, ...options } : options)
    expect(error).toBeInstanceOf(sdk().sdk.LockerError)
    expect(error).toMatchObject({ code: 'locker_error' })
    expect(error.message).toContain(message)
    expect(error.message).not.toContain(SECRET)
  })

  it.each([
    ['secretAccessKey', {}],
    ['accessKeySecret', { secretAccessKey: undefined }],
  ])('the secret half may be called %s', async (name, rest) => {
    const server = await startThreadServer(sdk())
    const locker = openLocker(sdk(), server, { ...rest, [name]: server.secretAccessKey })
    expect(await locker.list()).toEqual([])
  })

  it('headers arrive at the server, awaiting and blocking', async () => {
    const server = await startThreadServer(sdk())
    const headers = { 'CF-Access-Client-Id': 'id', 'CF-Access-Client-Secret': 'secret' }
    const locker = openLocker(sdk(), server, { headers, fetch: true })
    await locker.list()
    locker.listSync()
    const requests = await server.requests()
    expect(requests).toHaveLength(3)
    for (const request of requests) {
      expect(request.headers).toMatchObject({
        authorization: `Bearer ${server.accessKeyId}`,
        'cf-access-client-id': 'id',
        'cf-access-client-secret': 'secret',
      })
    }
  })

  it.each([
    ['caFile', (caFile: string | undefined) => ({ caFile })],
    ['unsafe', () => ({ unsafe: true })],
  ])('%s reaches a server with a certificate of its own', async (_, optionsFor) => {
    const server = await startThreadServer(sdk(), { https: true })
    const locker = openLocker(sdk(), server, { ...optionsFor(server.caFile), logLevel: 0, fetch: true })
    expect(await locker.list()).toEqual([])
    expect(locker.listSync()).toEqual([])
    const strict = openLocker(sdk(), server)
    await expect(strict.list()).rejects.toMatchObject({ code: 'http_error' })
    expect(() => strict.listSync()).toThrow(sdk().sdk.APIConnectionError)
  })
})

describe('what is not given', () => {
  /** Runs code in a process of its own that sees nothing but `env`. */
  async function run(code: string, env: Readonly<Record<string, string>> = {}, cwd = makeFolder()) {
    const script = join(cwd, 'script.cjs')
    const index = JSON.stringify(join(sdk().folder, 'index.cjs'))
    writeFileSync(script, `process.chdir(__dirname)\nconst { Locker } = require(${index})\n${code}`)
    return runNode([script], { env: { HOME: cwd, ...env } })
  }

  const show = 'const locker = Locker.fromEnv(); console.log(JSON.stringify(locker))'
  const key = { LOCKER_ACCESS_KEY_ID: ID, LOCKER_ACCESS_KEY_SECRET: SECRET }

  it('is taken from the environment, by the constructor as by fromEnv', async () => {
    const env = { ...key, LOCKER_API_BASE: 'http://localhost:1' }
    const shown = { exitCode: 0, stdout: '{"apiBase":"http://localhost:1"}', stderr: '' }
    expect(await run(show, env)).toMatchObject(shown)
    expect(await run(show.replace('Locker.fromEnv()', 'new Locker({})'), env)).toMatchObject(shown)
    expect(await run(show.replace('Locker.fromEnv()', 'new Locker()'), env)).toMatchObject(shown)
  })

  it('gives way to what is given', async () => {
    const given = "Locker.fromEnv({ apiBase: 'http://localhost:2' })"
    const { stdout } = await run(show.replace('Locker.fromEnv()', given), {
      ...key,
      LOCKER_API_BASE: 'http://localhost:1',
    })
    expect(stdout).toBe('{"apiBase":"http://localhost:2"}')
  })

  it('is taken from .env and from locker.json', async () => {
    const folder = makeFolder()
    writeFileSync(join(folder, '.env'), `LOCKER_ACCESS_KEY_ID=${ID}\nLOCKER_SECRET_ACCESS_KEY=${SECRET}\n`)
    writeFileSync(join(folder, 'locker.json'), '{"restTime": -5}')
    const { stderr } = await run(show, {}, folder)
    expect(stderr).toContain('restTime in')
    expect(stderr).toContain('locker.json must be')
  })

  it('throws at construction when there is no access key anywhere, saying where it was looked for', async () => {
    const code = `try { ${show} } catch ({ name, code, message }) { console.log(name, code, message) }`
    const { stdout } = await run(code)
    expect(stdout).toContain('LockerError locker_error there is no access key: set LOCKER_ACCESS_KEY_ID')
    expect(stdout).toContain('looked in the environment')
    const given = await run(code.replace('Locker.fromEnv()', 'new Locker({})'))
    expect(given.stdout).toContain('looked in the options, the environment')
  })
})
