/** Compiled code that is kept beside the bundles: real starts of a copy of the built package, on its own. */
import { type ExecFileOptions, execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
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

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const SECRETS = { CANARY_KEY: 'canary value 4711', COLOUR: 'blue' }
/** Longer than it takes until something is kept. */
const LONG = 'setTimeout(() => {}, 1300)'
const SHORT = 'process.stdout.write(process.env.COLOUR)'
/** What V8 logs when code is taken from what was kept; with any flag of its own, code is another one's. */
const LOG = ['--log-function-events', '--logfile=-', '--no-logfile-per-isolate']
/** What locker-run reads its own code from, and then the rest. */
const RUN_FILES = ['fetch-natively.cjs', 'locker-main.cjs', 'run-whole.cjs']
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
  ['--import', IMPORT_FILES, imported],
  ['locker-run', RUN_FILES, wrapped],
])('a start by %s', (_, files, args) => {
  it('that lasts keeps what it compiled, of which the next one compiles nothing', async () => {
    await start([...LOG, ...args(LONG)])
    expect(keptOf()).toEqual(files)
    const before = readKept()
    const { stdout } = await start([...LOG, ...args(SHORT)])
    expect(stdout).toContain('blue')
    for (const file of files) expect(eventsOf(stdout, file)).toContain('deserialize')
    await start([...LOG, ...args(LONG)])
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
    const file = join(dist, files.includes('register.cjs') ? 'register.cjs' : 'run-whole.cjs')
    const source = readFileSync(file, 'utf8')
    expect(source).toContain('LOCKER_ACCESS_KEY_ID')
    writeFileSync(file, source.replaceAll('LOCKER_ACCESS_KEY_ID', 'SHIFTY_ACCESS_KEY_ID'))
    utimesSync(file, 0, 0)
    const { stderr, code } = await failing(args(SHORT))
    expect(code).toBe(125)
    expect(stderr).toContain('SHIFTY_ACCESS_KEY_ID')
  })

  it.each([
    ['cut off', (file: string) => truncateSync(file, 200_000)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['not of V8', (file: string) => writeFileSync(file, 'x'.repeat(300_000))],
  ])('makes do with what was kept and is %s', async (_, damage) => {
    await start(args(LONG))
    for (const file of readdirSync(dist).filter(isKept)) damage(join(dist, file))
    expect(await start(args(SHORT))).toMatchObject({ stdout: 'blue', stderr: '' })
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
    await start([...LOG, ...args(LONG)])
    const { stdout } = await start([...LOG, ...args(SHORT)], { env })
    for (const file of files) expect(eventsOf(stdout, file)).not.toContain('deserialize')
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

describe('locker-run --compile', () => {
  it('keeps what every door runs', async () => {
    const { stdout, stderr } = await start([join(dist, 'locker-run.cjs'), '--compile'])
    expect(stdout).toBe(`compiled for Node ${process.version}, in ${dist}\n`)
    expect(stderr).toBe('')
    expect(keptOf()).toEqual([...new Set([...IMPORT_FILES, ...RUN_FILES])].sort())
    const before = readKept()
    await Promise.all([imported(LONG), wrapped(LONG)].map((args) => start(args)))
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

  it('says so where nothing compiled would be used', async () => {
    const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
    const { stderr, code } = await failing([join(dist, 'locker-run.cjs'), '--compile'], { env })
    expect(code).toBe(125)
    expect(stderr).toMatch(/^lockerpm: nothing was compiled: NODE_DISABLE_COMPILE_CACHE is set.*\n$/)
  })
})

function imported(program: string): string[] {
  return ['--import', pathToFileURL(join(folder, 'register/index.mjs')).href, '-e', program]
}

function wrapped(program: string): string[] {
  return [join(dist, 'locker-run.cjs'), '--', process.execPath, '-e', program]
}

function start(args: readonly string[], { env, ...options }: ExecFileOptions = {}) {
  const all = {
    PATH: process.env['PATH'],
    HOME: folder,
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    LOCKER_CACHE: 'false',
    ...env,
  }
  return run(process.execPath, args, { cwd: folder, maxBuffer: 1e9, ...options, env: all, encoding: 'utf8' })
}

/** Without an access key, which an error is to name. */
async function failing(
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<{ stderr: string; code: number }> {
  const env = { LOCKER_ACCESS_KEY_ID: '', ...options.env }
  return start(args, { ...options, env }).then(
    () => expect.unreachable('the start was to fail'),
    (error) => error,
  )
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

/** @returns what V8 did with a bundle */
function eventsOf(log: string, bundle: string): string[] {
  const lines = log.split('\n')
  const ids = lines.flatMap((line) => {
    const [kind, id, path] = line.split(',')
    return kind === 'script-details' && path?.endsWith(bundle) ? [id] : []
  })
  return lines.flatMap((line) => {
    const [kind, event = '', id] = line.split(',')
    return kind === 'script' && ids.includes(id) ? [event] : []
  })
}
