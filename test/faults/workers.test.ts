import { copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startProxy } from '../http/test-proxy.ts'
import { createFolder, LOCKER_RUN, REGISTER, start, type Variables } from '../run/built.ts'
import { startServer } from '../run/servers.ts'
import { bundle } from '../sync/bundles.ts'
import { SEED } from './failing-servers.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const IMPORT = pathToFileURL(join(ROOT, 'register/index.mjs')).href
const PROGRAM = ['-p', 'process.env.A']
/** Outlives whatever a worker may still be up to. */
const LATER = ['-e', "setTimeout(() => console.log('still here'), 5000)"]

/** @returns `lockerpm/register` with another worker in the place of ours */
async function registerWith(worker: string): Promise<string> {
  const folder = createFolder()
  for (const name of ['dist', 'register']) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  const fixture = join(ROOT, 'test/fixtures/workers', worker)
  const file = join(folder, 'dist/register-worker.cjs')
  if (worker.endsWith('.cjs')) copyFileSync(fixture, file)
  else await bundle(fixture, file)
  return join(folder, 'register/index.cjs')
}

const startNode = (args: readonly string[], env: Variables) => start(process.execPath, args, env).ended

describe('a worker of register that', () => {
  it.each([
    ['spins.cjs', 'not even from our own worker'],
    ['exits.cjs', 'not even from our own worker'],
    ['throws.cjs', 'not even from our own worker'],
    ['spins-when-asked.mjs', 'not even from our own worker'],
    ['exits-when-asked.mjs', 'the worker thread that talks to the service failed'],
    ['eats-memory-when-asked.mjs', 'not even from our own worker'],
  ])('fails (%s): the program is not started, or started unhurt', async (worker, words) => {
    const { env } = await startServer({ seeds: [SEED] })
    const preload = ['--max-old-space-size=64', '-r', await registerWith(worker)]
    const settings = { ...env, LOCKER_TIMEOUT_MS: '300' }
    const [refused, warned] = await Promise.all([
      startNode([...preload, ...PROGRAM], settings),
      startNode([...preload, ...LATER], { ...settings, LOCKER_ON_ERROR: 'warn' }),
    ])
    expect(refused).toMatchObject({ status: 125, signal: null, stdout: '' })
    expect(refused.stderr).toMatch(/^lockerpm: the program was not started: [^\n]+\n$/)
    expect(refused.stderr).toContain(words)
    expect(warned).toMatchObject({ status: 0, signal: null, stdout: 'still here\n' })
    expect(warned.stderr).toMatch(/^lockerpm: the program starts without any secret[^\n]+\n$/)
  })
})

describe('Node with', () => {
  // The last one with a name of its own for Node 20.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission'

  it.each([
    ['--permission and no --allow-worker', [permission, '--allow-fs-read=*'], /add --allow-worker/],
    ['--jitless', ['--jitless'], /lockerpm: [^\n]+: Node runs without WebAssembly[^\n]+--jitless/],
  ])('%s is told what to do, by register', async (_, flags, words) => {
    const { env } = await startServer({ seeds: [SEED] })
    const { stderr, ...rest } = await startNode([...flags, '-r', REGISTER, ...PROGRAM], env)
    expect(rest).toEqual({ status: 125, signal: null, stdout: '' })
    expect(stderr).toMatch(words)
  })

  it.each([
    ['locker-run', [LOCKER_RUN, '--', process.execPath]],
    ['--import', ['--import', IMPORT]],
  ])('--jitless is no obstacle to %s, which has no worker', async (_, args) => {
    const { env } = await startServer({ seeds: [SEED] })
    const { stderr, ...rest } = await startNode(['--jitless', ...args, ...PROGRAM], env)
    expect(rest).toEqual({ status: 0, signal: null, stdout: 'a\n' })
    expect(stderr).not.toContain('lockerpm')
  })

  it('--jitless is told what to do where undici is asked, since something was loaded before', async () => {
    const { env } = await startServer({ seeds: [SEED] })
    const args = ['--jitless', '-r', 'node:fs', '--import', IMPORT, ...PROGRAM]
    const { stderr, ...rest } = await startNode(args, env)
    expect(rest).toEqual({ status: 125, signal: null, stdout: '' })
    expect(stderr).toContain('Node runs without WebAssembly')
  })

  it.each([
    ['fails in one line', {}, { status: 125, stdout: '' }],
    ['starts all the same where that is asked for', { LOCKER_ON_ERROR: 'warn' }, { status: 0 }],
  ])('--permission and no leave to look at the folder %s', async (_, settings, expected) => {
    const { env } = await startServer({ seeds: [SEED] })
    const flags = [permission, `--allow-fs-read=${ROOT}`, '--allow-worker']
    const { stderr, ...rest } = await startNode([...flags, '-r', REGISTER, ...PROGRAM], {
      ...env,
      ...settings,
    })
    expect(rest).toMatchObject(expected)
    expect(stderr.split('\n').filter((line) => line.startsWith('lockerpm: the program '))).toHaveLength(1)
    expect(stderr).not.toContain('    at ')
  })

  it.skipIf(process.platform !== 'linux')(
    'little address space, too little for WebAssembly, is no obstacle to a warm start (only Linux limits it)',
    async () => {
      const { env } = await startServer({ seeds: [SEED] })
      const warm = { ...env, LOCKER_CACHE: createFolder(), LOCKER_REST_TIME: '9999' }
      const line = ['-c', 'ulimit -v 4000000; exec "$@"', 'sh', process.execPath, '-r', REGISTER, ...PROGRAM]
      for (const _ of ['asks', 'records']) await startNode(['-r', REGISTER, ...PROGRAM], warm)
      expect(await start('/bin/sh', line, warm).ended).toEqual({
        status: 0,
        signal: null,
        stdout: 'a\n',
        stderr: '',
      })
    },
  )

  it.each(['-r', '--import'])(
    'a proxy in its way, %s: V8 optimises no parser, which the program would wait for',
    async (flag) => {
      const server = await startServer({ seeds: [SEED] })
      const proxy = await startProxy({ port: Number(new URL(server.env['LOCKER_API_BASE'] ?? '').port) })
      const env = { ...server.env, HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }
      const preload = flag === '-r' ? REGISTER : REGISTER.replace(/cjs$/, 'mjs')
      const { stdout, status } = await startNode(
        ['--trace-wasm-compilation-times', flag, preload, ...PROGRAM],
        env,
      )
      expect({ status, isThere: stdout.endsWith('a\n') }).toEqual({ status: 0, isThere: true })
      expect(proxy.tunnels.length).toBeGreaterThan(0)
      expect(stdout).toContain('using Liftoff')
      expect(stdout).not.toContain('using TurboFan')
    },
  )

  it('--max-old-space-size=16 is no obstacle', async () => {
    const { env } = await startServer({ seeds: [SEED] })
    const result = await startNode(['--max-old-space-size=16', '-r', REGISTER, ...PROGRAM], env)
    expect(result).toEqual({ status: 0, signal: null, stdout: 'a\n', stderr: '' })
  })
})
