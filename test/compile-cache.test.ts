/** Compiled code that is kept beside the bundles: real starts of a copy of the built package, on its own. */
import { type ExecFileOptions, execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startDevServer } from '../src/dev-server/index.ts'
import type { DevServer } from '../src/dev-server/options.ts'
import { fetchNode } from './run/nodes.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const SECRETS = { CANARY_KEY: 'canary value 4711', COLOUR: 'blue' }
/** Longer than it takes until something is kept. */
const LONG = 'setTimeout(() => {}, 1300)'
const SHORT = 'process.stdout.write(process.env.COLOUR)'
/** What locker-run reads its own code from, and then the rest. */
const RUN_FILES = ['fetch-natively.cjs', 'locker-main.cjs', 'run-whole.cjs']
const REQUIRE_FILES = ['fetch.cjs']
const IMPORT_FILES = ['fetch-natively.cjs', 'register.cjs']

let server: DevServer
let folder: string
let dist: string

beforeAll(async () => {
  const secrets = Object.entries(SECRETS).map(([key, value]) => ({ key, value }))
  server = await startDevServer({ seeds: [{ secrets }] })
})

afterAll(() => server.close())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-compiled-'))
  for (const each of ['dist', 'register', 'package.json']) {
    cpSync(join(root, each), join(folder, each), {
      recursive: true,
      filter: (path) => !path.endsWith('.compiled'),
    })
  }
  dist = join(folder, 'dist')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['-r', REQUIRE_FILES, required],
  ['--import', IMPORT_FILES, imported],
  ['locker-run', RUN_FILES, wrapped],
])('a start by %s', (_, files, args) => {
  it('that lasts keeps what it compiled, of which the next one compiles nothing', async () => {
    await log(args(LONG))
    expect(keptOf()).toEqual(files)
    const before = readKept()
    const logs = await log(args(SHORT))
    for (const file of files) expect(isCompiledIn(logs, file)).toBe(false)
    await log(args(LONG))
    expect(readKept()).toEqual(before)
  })

  it('that ends soon keeps nothing, and nobody waits for it', async () => {
    expect((await start(args(SHORT))).stdout).toBe('blue')
    expect(keptOf()).toEqual([])
  })

  it('keeps nothing of secrets, of the access key or of the service', async () => {
    await start(args(LONG))
    const { apiBase, accessKeyId, secretAccessKey } = server
    const told = [...Object.keys(SECRETS), ...Object.values(SECRETS).filter((value) => value.includes(' '))]
    const kept = [...readKept().values()].map((bytes) => bytes.toString('latin1')).join()
    for (const text of [...told.filter((name) => name !== 'COLOUR'), apiBase, accessKeyId, secretAccessKey])
      expect(kept).not.toContain(text)
  })

  it('runs what a bundle says now, whatever was kept of another one as long', async () => {
    await start(args(LONG))
    for (const file of files.filter((each) => each.startsWith('fetch'))) {
      const source = readFileSync(join(dist, file), 'utf8')
      expect(source).toContain('nothing listens there')
      writeFileSync(join(dist, file), source.replaceAll('nothing listens there', 'nobody listens, sorry'))
      utimesSync(join(dist, file), 0, 0)
    }
    const { stderr, code } = await failing(args(SHORT))
    expect(code).toBe(125)
    expect(stderr).toContain('nobody listens, sorry')
  })

  it('makes do with what was kept and is damaged', async () => {
    await start(args(LONG))
    for (const [file, bytes] of readKept()) {
      for (const damaged of damage(bytes)) {
        writeFileSync(join(dist, file), damaged)
        expect(await start(args(SHORT))).toMatchObject({ stdout: 'blue', stderr: '' })
      }
      writeFileSync(join(dist, file), bytes)
    }
  })

  it('keeps code by V8 flags, each once', async () => {
    const flags = [['--stack-size=900'], ['--stack-size=901'], []]
    const keep = (each: readonly string[] = []) => start([...each, ...args(LONG)])
    await keep(flags[0])
    await Promise.all(flags.map(keep))
    const before = readKept()
    expect(before.size).toBe(flags.length * files.length)
    await Promise.all(flags.map(keep))
    expect(readKept()).toEqual(before)
  })

  it('keeps nothing, and reads nothing, under NODE_DISABLE_COMPILE_CACHE', async () => {
    const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
    await start(args(LONG), { env })
    expect(keptOf()).toEqual([])
    await log(args(LONG))
    expect(keptOf()).toEqual(files)
    const logs = await log(args(SHORT), { env })
    for (const file of files) expect(isCompiledIn(logs, file)).toBe(true)
  })

  it('leaves whole files when many begin at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => start(args(LONG))))
    expect(readdirSync(dist).filter((file) => file.endsWith('.tmp'))).toEqual([])
    expect(keptOf()).toEqual(files)
    expect((await start(args(SHORT))).stdout).toBe('blue')
  })

  it.runIf(process.getuid?.() === 0)(
    'keeps nothing where the package is not its own, and says nothing (to be somebody else takes root)',
    async () => {
      chmodSync(folder, 0o755)
      const somebody = { uid: 65534, gid: 65534 }
      expect(await start(args(`${SHORT};${LONG}`), somebody)).toMatchObject({ stdout: 'blue', stderr: '' })
      expect(readdirSync(dist).filter((file) => /compiled|tmp$/.test(file))).toEqual([])
    },
  )
})

describe('a program', () => {
  const ALIVE = `setTimeout(() => process.stdout.write('alive'), 1300)`

  it.runIf(process.getuid?.() === 0)(
    'lives on that became somebody else meanwhile (which takes root)',
    async () => {
      chmodSync(folder, 0o700)
      const program = `process.setgid(65534); process.setuid(65534); ${ALIVE}`
      for (const args of [required(program), imported(program)])
        expect(await start(args)).toMatchObject({ stdout: 'alive', stderr: '' })
    },
  )

  it('lives on that Node lets read alone', async () => {
    const node = await fetchNode(24)
    const flags = ['--permission', '--allow-fs-read=*', '--allow-worker']
    for (const args of [required(ALIVE), imported(ALIVE)])
      expect((await start([...flags, ...args], {}, node)).stdout).toBe('alive')
  })

  it('lives on whose package goes away', async () => {
    const program = `require('node:fs').rmSync(${JSON.stringify(dist)}, { recursive: true }); ${ALIVE}`
    expect(await start(imported(program))).toMatchObject({ stdout: 'alive', stderr: '' })
  })

  it('finds modules in require.cache as Node makes them', async () => {
    const program = `const modules = Object.values(require.cache)
      const isWhole = (each) => each.filename === each.id && each.paths.length > 0 && each.loaded
      process.stdout.write(modules.length + ' ' + modules.every(isWhole))`
    expect((await start(imported(program))).stdout).toBe('3 true')
    const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
    expect((await start(imported(program), { env })).stdout).toBe('3 true')
  })
})

describe('locker-run --compile', () => {
  it('keeps what every door runs', async () => {
    const { stdout, stderr } = await start([join(dist, 'locker-run.cjs'), '--compile'])
    expect(stdout).toBe(`compiled for Node ${process.version}, in ${dist}\n`)
    expect(stderr).toBe('')
    expect(keptOf()).toEqual([...new Set([...REQUIRE_FILES, ...IMPORT_FILES, ...RUN_FILES])].sort())
    const before = readKept()
    await Promise.all([required(LONG), imported(LONG), wrapped(LONG)].map((args) => start(args)))
    expect(readKept()).toEqual(before)
  })

  it('compiles for the memory that Node is given', async () => {
    const env = { NODE_OPTIONS: '--max-old-space-size=400' }
    await start([join(dist, 'locker-run.cjs'), '--compile'], { env })
    const before = readKept()
    await start(imported(LONG), { env })
    expect(readKept()).toEqual(before)
  })

  it.runIf(process.getuid?.() === 0)(
    'says that it needs the owner of the package (to be somebody else takes root)',
    async () => {
      chmodSync(folder, 0o755)
      const args = [join(dist, 'locker-run.cjs'), '--compile']
      const { stderr, code } = await failing(args, { uid: 65534, gid: 65534 })
      expect(code).toBe(125)
      expect(stderr).toBe(
        `lockerpm: nothing was compiled: can't write to ${dist} (EACCES): run it as the owner of this package\n`,
      )
    },
  )

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('leaves nothing behind at %s', async (signal) => {
    const temporary = join(folder, 'temporary')
    mkdirSync(temporary)
    const env = { PATH: process.env['PATH'], TMPDIR: temporary }
    const running = run(process.execPath, [join(dist, 'locker-run.cjs'), '--compile'], { env })
    await expect.poll(() => readdirSync(temporary), { timeout: 10_000 }).toHaveLength(1)
    running.child.kill(signal)
    await expect(running).rejects.toMatchObject({ signal, stdout: '', stderr: '' })
    await expect.poll(() => readdirSync(temporary)).toEqual([])
    expect(keptOf()).toEqual([])
  })

  it('says where it can make no folder', async () => {
    const env = { TMPDIR: join(folder, 'missing') }
    const { stderr, code } = await failing([join(dist, 'locker-run.cjs'), '--compile'], { env })
    expect(code).toBe(125)
    expect(stderr).toContain(`can't make a folder in ${env.TMPDIR} (ENOENT): set TMPDIR`)
  })

  it('says so where nothing compiled would be used', async () => {
    const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
    const { stderr, code } = await failing([join(dist, 'locker-run.cjs'), '--compile'], { env })
    expect(code).toBe(125)
    expect(stderr).toMatch(/^lockerpm: nothing was compiled: NODE_DISABLE_COMPILE_CACHE is set.*\n$/)
  })
})

function required(program: string): string[] {
  return ['-r', join(dist, 'required.cjs'), '-e', program]
}

function imported(program: string): string[] {
  return ['--import', pathToFileURL(join(folder, 'register/index.mjs')).href, '-e', program]
}

function wrapped(program: string): string[] {
  return [join(dist, 'locker-run.cjs'), '--', process.execPath, '-e', program]
}

function start(args: readonly string[], { env, ...options }: ExecFileOptions = {}, node = process.execPath) {
  const all = {
    PATH: process.env['PATH'],
    HOME: folder,
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    LOCKER_CACHE: 'false',
    ...env,
  }
  return run(node, args, { cwd: folder, maxBuffer: 1e9, ...options, env: all, encoding: 'utf8' })
}

/** Where no service listens, which an error is to say. */
async function failing(
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<{ stderr: string; code: number }> {
  const env = { LOCKER_API_BASE: 'http://127.0.0.1:9', LOCKER_TIMEOUT_MS: '300', ...options.env }
  return start(args, { ...options, env }).then(
    () => expect.unreachable('the start was to fail'),
    (error) => error,
  )
}

/** Cut off, empty, not of V8, with one byte changed of the code or the source, and with none but zeros from the middle on. */
function damage(bytes: Buffer): Buffer[] {
  const changed = [1000, bytes.length - 1000].map((at) => {
    const copy = Buffer.from(bytes)
    copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
    return copy
  })
  const zeroed = Buffer.from(bytes).fill(0, Math.floor(bytes.length / 2))
  return [
    bytes.subarray(0, bytes.length - 10_000),
    Buffer.alloc(0),
    Buffer.alloc(bytes.length, 'x'),
    ...changed,
    zeroed,
  ]
}

function isKept(file: string): boolean {
  return file.includes(`.cjs.${process.version}-`) && file.endsWith('.compiled')
}

/** The bundles of which code is kept, sorted. */
function keptOf(): string[] {
  const names = readdirSync(dist).filter(isKept)
  return [...new Set(names.map((file) => file.slice(0, file.indexOf('.cjs') + 4)))].sort()
}

function readKept(): Map<string, Buffer> {
  const files = readdirSync(dist).filter(isKept).sort()
  return new Map(files.map((file) => [file, readFileSync(join(dist, file))]))
}

/** @returns what V8 logged, a text for each thread. It takes no code that was made under other flags than these */
async function log(args: readonly string[], options: ExecFileOptions = {}): Promise<string[]> {
  const logs = join(folder, 'logs')
  rmSync(logs, { recursive: true, force: true })
  mkdirSync(logs)
  await start(['--log-function-events', `--logfile=${join(logs, 'v8.log')}`, ...args], options)
  return readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'))
}

/** Whether a thread compiled a bundle that it ran. */
function isCompiledIn(logs: readonly string[], bundle: string): boolean {
  const events = logs.map((text) => eventsOf(text, bundle)).filter((list) => list.length > 0)
  expect(events).not.toEqual([])
  return events.some((list) => !list.includes('deserialize'))
}

/** @returns what V8 did with a bundle */
function eventsOf(text: string, bundle: string): string[] {
  const lines = text.split('\n').map((line) => line.split(','))
  const ids = lines.flatMap(([kind, id, path]) =>
    kind === 'script-details' && path?.endsWith(bundle) ? [id] : [],
  )
  return lines.flatMap(([kind, event = '', id]) => (kind === 'script' && ids.includes(id) ? [event] : []))
}
