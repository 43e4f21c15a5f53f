/**
 * What a user installs and what a start loads, held to budgets: unlike times, these don't depend on the machine.
 * product: section 2; the build must have been made.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDevServer } from '../src/dev-server/index.ts'
import type { DevServer } from '../src/dev-server/options.ts'

/** Bytes and files of the package as it is installed; measured: 1,263,249 and 31. */
const MAX_UNPACKED_BYTES = 1_400_000
const MAX_FILES = 36
/** Bytes of the code that starts read, by bundle; measured beside it. */
const MAX_BYTES = {
  'dist/register.cjs': 100_000, // 92,067
  'dist/bridge.cjs': 32_000, // 28,433
  'dist/register-worker.cjs': 17_000, // 14,524
  'dist/fetch.cjs': 250_000, // 229,594
  'dist/locker-run.cjs': 165_000, // 152,796
}
/** Of ours, in the order in which a warm start loads them. */
const WARM_FILES = ['register/index.cjs', 'dist/register.cjs']
const COLD_FILES = [...WARM_FILES, 'dist/bridge.cjs']
/**
 * Builtin modules that a warm start adds to those of plain Node; node:crypto and the streams that it loads are most
 * of them. Measured: 37 on Node 20 and 22, 39 on 24, 40 on 26.
 */
const MAX_WARM_BUILTINS = 41
/** What only a start that talks to the service may load. */
const NETWORK =
  /^(?:NativeModule|Internal Binding) (?:worker_threads|net|tls|_tls_\w+|https?2?|_http_\w+|dns|tcp_wrap|tls_wrap|zlib|child_process|perf_hooks|internal\/deps\/undici)/

const run = promisify(execFile)
const root = realpathSync(join(import.meta.dirname, '..'))

let server: DevServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-budget-'))
  writeFileSync(join(folder, 'package.json'), '{}')
  writeFileSync(
    join(folder, 'app.cjs'),
    'console.log(JSON.stringify({ files: Object.keys(require.cache), builtins: process.moduleLoadList, colour: process.env.COLOUR }))',
  )
  server = await startDevServer({ seeds: [{ secrets: [{ key: 'COLOUR', value: 'blue' }] }] })
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the installed package', () => {
  it('is small', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: root })
    const [packed] = Object.values<{ unpackedSize: number; entryCount: number }>(JSON.parse(stdout))
    expect(packed?.unpackedSize).toBeLessThan(MAX_UNPACKED_BYTES)
    expect(packed?.entryCount).toBeLessThan(MAX_FILES)
  })

  it.each(Object.entries(MAX_BYTES))('%s stays below %i bytes', (file, maxBytes) => {
    expect(statSync(join(root, file)).size).toBeLessThan(maxBytes)
  })
})

describe('a start', () => {
  it('that is cold loads the bridge beside what a warm one loads, and the rest in its worker', async () => {
    const { files, colour } = await start('cold')
    expect(colour).toBe('blue')
    expect(files).toEqual(COLD_FILES)
  })

  it('that is warm loads two files and nothing of the network', async () => {
    await start('warm')
    const [plain, warm] = [await start('plain'), await start('warm')]
    expect(warm.colour).toBe('blue')
    expect(warm.files).toEqual(WARM_FILES)
    const added = warm.builtins.filter((name) => !plain.builtins.includes(name))
    expect(added.filter((name) => NETWORK.test(name))).toEqual([])
    expect(added.filter((name) => name.startsWith('NativeModule')).length).toBeLessThanOrEqual(
      MAX_WARM_BUILTINS,
    )
  })
})

/** @returns what a program found loaded at its first line: our files, and all builtin modules */
async function start(
  state: 'plain' | 'cold' | 'warm',
): Promise<{ files: string[]; builtins: string[]; colour?: string }> {
  const flags = state === 'plain' ? [] : ['-r', join(root, 'register/index.cjs')]
  const env = {
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    LOCKER_CACHE: join(folder, state),
    LOCKER_REST_TIME: '9999',
  }
  const { stdout } = await run(process.execPath, [...flags, 'app.cjs'], { cwd: folder, env })
  const { files, ...rest } = JSON.parse(stdout)
  const ours = files.filter((file: string) => file.startsWith(root))
  return { ...rest, files: ours.map((file: string) => file.slice(root.length + 1)) }
}
