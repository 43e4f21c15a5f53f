import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, runNode } from '../sync/bundles.ts'
import { buildSdk, startThreadServer, type ThreadServer } from './sdk.ts'

const sdk = buildSdk()

let server: ThreadServer
beforeAll(async () => {
  const ends: (() => Promise<void>)[] = []
  const seed = {
    environments: [],
    secrets: [
      { key: 'A', value: 'canary-value' },
      { key: 'odd name', value: 'canary-value' },
    ],
  }
  server = await startThreadServer(sdk(), { seeds: [seed] }, (end) => ends.push(end))
  return () => Promise.all(ends.map((end) => end()))
})

/** Runs code with `locker` in a process of its own, and sees how that ends. */
function run(code: string, env: Readonly<Record<string, string>> = {}, of: ThreadServer = server) {
  const folder = makeFolder()
  const script = join(folder, 'script.cjs')
  const index = JSON.stringify(join(sdk().folder, 'index.cjs'))
  writeFileSync(
    script,
    `const { Locker, LogLevel } = require(${index})
async function main() { ${code} }
main().catch(({ name, code }) => console.log(name, code))`,
  )
  const access = {
    LOCKER_API_BASE: of.apiBase,
    LOCKER_ACCESS_KEY_ID: of.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: of.secretAccessKey,
  }
  return runNode([script], { env: { HOME: folder, LOCKER_CACHE: 'false', ...access, ...env } })
}

describe('a process', () => {
  it.each([
    ['awaited', 'await locker.get("A"); await locker.list(); await locker.listEnvironments()'],
    ['blocked', 'locker.getSync("A"); locker.listSync(); locker.listEnvironmentsSync()'],
    ['done both', 'locker.getSync("A"); await locker.get("A", null, "", { fetch: true }); locker.listSync()'],
    ['given up', 'await locker.get("A", null, "", { signal: AbortSignal.timeout(1) }).catch(() => {})'],
  ])('that has %s ends by itself', async (_, call) => {
    // An idle connection is kept for 4 s: that isn't what it waits for.
    const code = `const locker = new Locker(); ${call}; setTimeout(() => process.exit(9), 3500).unref()`
    expect(await run(code)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('that only loads and constructs loads nothing of the network, and no thread', async () => {
    const code = `new Locker()
      const loaded = process.moduleLoadList.filter((name) => /NativeModule (net|tls|http|https|_http_client|worker_threads)$/.test(name))
      console.log(JSON.stringify(loaded), Object.keys(require.cache).length)`
    expect(await run(code)).toEqual({ exitCode: 0, stdout: '[] 2', stderr: '' })
  })
})

describe('logging', () => {
  const read =
    'await locker.get("A"); locker.getSync("A", null, "", { fetch: true }); await locker.list(); await locker.list()'

  it.each([
    ['LogLevel.NONE', '{ logLevel: LogLevel.NONE }'],
    ['LogLevel.ERROR', '{ logLevel: LogLevel.ERROR }'],
    ['the default', '{}'],
  ])('says nothing at %s when all is well', async (_, options) => {
    const ended = await run(`const locker = new Locker(${options}); ${read}`)
    expect(ended).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('shows requests, cache decisions and counts at LogLevel.DEBUG, and nothing secret', async () => {
    const { stdout, stderr } = await run(`const locker = new Locker({ logLevel: LogLevel.DEBUG }); ${read}`)
    expect(stdout).toBe('')
    const lines = stderr.split('\n')
    expect(lines.every((line) => line.startsWith('lockerpm: debug: '))).toBe(true)
    expect(stderr).toMatch(/GET \/v1\/profile answered 200 in \d+ ms/)
    expect(stderr).toMatch(/GET \/v1\/secrets\?\S+ answered 200 in \d+ ms/)
    expect(stderr).toContain('asking for one secret by its hash')
    expect(stderr).toMatch(/read 2 secrets at revision [\d.]+/)
    expect(stderr).toMatch(/read from memory, 0 s old/)
    for (const text of ['canary', server.accessKeyId, server.secretAccessKey])
      expect(stderr).not.toContain(text)
  })

  const warn = 'await locker.environment(); await locker.environment(); locker.environmentSync()'

  it('warns once at LogLevel.ERROR, and not at LogLevel.NONE', async () => {
    const line = 'lockerpm: left out: odd name (no name for a variable)'
    expect(await run(`const locker = new Locker(); ${warn}`)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: line,
    })
    const silent = await run(`const locker = new Locker({ logLevel: 0 }); ${warn}`)
    expect(silent).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('says each time that unsafe accepts any certificate', async () => {
    const https = await startThreadServer(sdk(), { https: true })
    const code = 'await new Locker({ unsafe: true }).list(); new Locker({ unsafe: true }).listSync()'
    const { exitCode, stderr } = await run(code, {}, https)
    expect(exitCode).toBe(0)
    expect(stderr.split('\n')).toEqual(
      Array(2).fill(expect.stringContaining('the option unsafe is true: any certificate')),
    )
    expect((await run(code, { LOCKER_LOG_LEVEL: 'none' }, https)).stderr).toBe('')
  })

  it('warns about a misspelt variable', async () => {
    const { stderr } = await run('new Locker()', { LOCKER_ENVIROMENT: 'prod' })
    expect(stderr).toBe('lockerpm: LOCKER_ENVIROMENT is not a setting; did you mean LOCKER_ENVIRONMENT?')
  })
})
