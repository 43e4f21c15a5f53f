/**
 * What a user installs and what a start loads, held to budgets: unlike times, these don't depend on the machine.
 * product: section 2; the build must have been made.
 */
import { execFile } from 'node:child_process'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDevServer } from '../src/dev-server/index.ts'
import type { DevServer } from '../src/dev-server/options.ts'

/** Bytes and files of the package as it is installed; measured: 1,325,886 and 40. */
const MAX_UNPACKED_BYTES = 1_400_000
const MAX_FILES = 42
/** Bytes of the code that starts read, by bundle; measured beside it. */
const MAX_BYTES = {
  'dist/required.cjs': 17_000, // 16,027
  'dist/early.cjs': 6_500, // 5,517
  'dist/register.cjs': 107_000, // 101,996
  'dist/bridge.cjs': 38_000, // 34,834
  'dist/register-worker.cjs': 18_500, // 17,306
  'dist/fetch.cjs': 155_000, // 141,900
  'dist/fetch-natively.cjs': 50_000, // 47,282
  'dist/llhttp.wasm': 56_000, // 54,202
  'dist/locker-run.cjs': 3_500, // 3,078
  'dist/locker-main.cjs': 34_000, // 31,623
  'dist/run-whole.cjs': 147_000, // 140,073
}
/** Of ours, in the order in which a warm start loads them; `-r lockerpm/register` names the second one itself. */
const WARM_FILES = ['register/index.cjs', 'dist/required.cjs']
/** The first start begins with its worker. */
const COLD_FILES = [...WARM_FILES, 'dist/early.cjs', 'dist/bridge.cjs', 'dist/register.cjs']
/** Builtin modules that a warm start adds to those of plain Node. Measured: 0 on Node 20 to 26. */
const MAX_WARM_BUILTINS = 1
/** What only a start that talks to the service may load. */
const NETWORK =
  /^(?:NativeModule|Internal Binding) (?:worker_threads|net|tls|_tls_\w+|https?2?|_http_\w+|dns|tcp_wrap|tls_wrap|zlib|child_process|perf_hooks|internal\/deps\/undici)/

const run = promisify(execFile)
const root = realpathSync(join(import.meta.dirname, '..'))
const RUN_TRUE = [join(root, 'dist/locker-run.cjs'), 'true']
/** Of ours, what a locker-run loads that repeats an earlier start. */
const REPEATED_FILES = ['dist/locker-run.cjs', 'dist/locker-main.cjs']

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
  it('that is cold loads its worker and the bridge beside what a warm one loads, and the rest in there', async () => {
    const { files, colour } = await start('cold')
    expect(colour).toBe('blue')
    expect(files).toEqual(COLD_FILES)
  })

  it('that is warm loads two files and nothing of the network', async () => {
    // The first one asks, and the second makes the record.
    await start('warm')
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

  it('that is cold compiles what talks to the service once, for its worker', async () => {
    const logs = mkdtempSync(join(folder, 'logs-'))
    const flags = ['--log-function-events', `--logfile=${join(logs, 'v8.log')}`]
    const args = [...flags, '-r', join(root, 'register/index.cjs'), 'app.cjs']
    await run(process.execPath, args, { cwd: folder, env: environment('logged') })
    const ofFetch = readdirSync(logs).flatMap((name) => scriptEvents(join(logs, name), 'dist/fetch.cjs'))
    expect(ofFetch).toContain('deserialize')
  })

  it.each([
    ['nothing was loaded before it', [], 'dist/fetch-natively.cjs'],
    ['something was, which could listen to it', ['-r', 'node:fs'], 'dist/fetch.cjs'],
  ])('that is cold, by --import, loads the client that is meant for it where %s', async (_, flags, file) => {
    const preload = ['--import', pathToFileURL(join(root, 'register/index.mjs')).href]
    const env = { ...environment(`import ${file}`), LOCKER_CACHE: 'false' }
    const { stdout } = await run(process.execPath, [...flags, ...preload, 'app.cjs'], { cwd: folder, env })
    const { files, colour } = JSON.parse(stdout)
    expect(colour).toBe('blue')
    expect(onlyOurs(files)).toEqual(['dist/imported.cjs', 'dist/register.cjs', file])
  })

  it.each([
    ['--import', () => ['--import', pathToFileURL(join(root, 'register/index.mjs')).href, 'app.cjs']],
    ['locker-run', () => RUN_TRUE],
  ])('that is cold, by %s, asks before it loads node:crypto, and loads it then', async (door, args) => {
    const seen = join(folder, 'seen.txt')
    writeFileSync(
      join(folder, 'probe.cjs'),
      `const crypto = () => process.moduleLoadList.includes('NativeModule crypto')
      require('node:diagnostics_channel').subscribe('net.client.socket', () => note(crypto()))
      process.on('exit', () => note(crypto()))
      const note = (text) => require('node:fs').appendFileSync(${JSON.stringify(seen)}, text + ' ')`,
    )
    const env = { ...environment(`early ${door}`), PATH: process.env['PATH'] }
    await run(process.execPath, ['-r', './probe.cjs', ...args()], { cwd: folder, env })
    expect(readFileSync(seen, 'utf8')).toBe('false false true ')
    rmSync(seen)
  })

  it.each([
    ['-r', () => ['-r', join(root, 'register/index.cjs'), 'app.cjs']],
    ['locker-run', () => RUN_TRUE],
  ])(
    'that is warm, by %s, compiles WebAssembly for 50 variables, and has V8 optimise none of it',
    async (door, args) => {
      const many = Array.from({ length: 50 }, (_, index) => {
        return { key: `APP_SETTING_${10 + index}`, value: index.toString().padStart(32, 'value ') }
      })
      const service = await startDevServer({ seeds: [{ secrets: many }] })
      const env = { ...environment(`traced ${door}`, service), PATH: process.env['PATH'] }
      const trace = async () =>
        (await run(process.execPath, ['--trace-wasm-compilation-times', ...args()], { cwd: folder, env }))
          .stdout
      for (const _ of ['asks', 'records']) await trace()
      const repeated = await trace()
      await service.close()
      expect(repeated).toContain('using Liftoff')
      expect(repeated).not.toContain('using TurboFan')
    },
  )

  it('of locker-run that repeats an earlier one loads two files, no node:crypto and no TLS', async () => {
    const list = join(folder, 'list.json')
    writeFileSync(
      join(folder, 'at-exit.cjs'),
      `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify([Object.keys(require.cache), process.moduleLoadList])))`,
    )
    const env = { ...environment('locker-run'), PATH: process.env['PATH'] }
    const start = () => run(process.execPath, ['-r', './at-exit.cjs', ...RUN_TRUE], { cwd: folder, env })
    for (const _ of ['asks', 'records', 'repeats']) await start()
    const [files, builtins]: string[][] = JSON.parse(readFileSync(list, 'utf8'))
    expect(onlyOurs(files ?? [])).toEqual(REPEATED_FILES)
    expect(builtins?.filter((name) => /^NativeModule (?:crypto|tls|https?|dns|zlib)$/.test(name))).toEqual([])
  })
})

/** @returns what V8 did with a script, in one thread */
function scriptEvents(log: string, file: string): string[] {
  const lines = readFileSync(log, 'utf8').split('\n')
  const ids = lines.flatMap((line) => {
    const [kind, id, path] = line.split(',')
    return kind === 'script-details' && path?.endsWith(file) ? [id] : []
  })
  return lines.flatMap((line) => {
    const [kind, event = '', id] = line.split(',')
    return kind === 'script' && ids.includes(id) ? [event] : []
  })
}

/** @returns what a program found loaded at its first line: our files, and all builtin modules */
async function start(
  state: 'plain' | 'cold' | 'warm',
): Promise<{ files: string[]; builtins: string[]; colour?: string }> {
  const flags = state === 'plain' ? [] : ['-r', join(root, 'register/index.cjs')]
  const env = environment(state)
  const { stdout } = await run(process.execPath, [...flags, 'app.cjs'], { cwd: folder, env })
  const { files, ...rest } = JSON.parse(stdout)
  return { ...rest, files: onlyOurs(files) }
}

function environment(state: string, service: DevServer = server): Record<string, string> {
  return {
    LOCKER_API_BASE: service.apiBase,
    LOCKER_ACCESS_KEY_ID: service.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: service.secretAccessKey,
    LOCKER_CACHE: join(folder, state),
    LOCKER_REST_TIME: '9999',
  }
}

function onlyOurs(files: readonly string[]): string[] {
  return files.filter((file) => file.startsWith(root)).map((file) => file.slice(root.length + 1))
}
