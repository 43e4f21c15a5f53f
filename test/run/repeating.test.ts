/** A start that repeats an earlier one must come to what the whole way comes to, whatever has changed since. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'
import {
  createTellingCopy,
  isAlive,
  KILL_AT,
  LISTENER,
  REGISTER,
  type Result,
  type Running,
  start,
  type TellingCopy,
  type Variables,
} from './built.ts'

const PRINT = [process.execPath, '-p', 'JSON.stringify(process.env)']
const SEED = {
  secrets: [
    { key: 'SHARED', value: 'all "quoted"\nand €' },
    { key: 'SHARED', value: 'production', environment: 'production' },
    { key: 'ONLY_ALL', value: 'all' },
  ],
}

let copy: TellingCopy
let lockerRun: string
let log: string
let server: DevServer
/** The application's folder, and the cache's. */
let folder: string
let cwd: string
let credentials: Variables

beforeAll(() => {
  copy = createTellingCopy()
  ;({ lockerRun, log } = copy)
})
afterAll(() => copy.remove())

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'locker-run-repeating-'))
  cwd = join(folder, 'app')
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), '{}')
  server = await startDevServer({ seeds: [SEED] })
  onTestFinished(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  credentials = {
    HOME: folder,
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    LOCKER_CACHE: join(folder, 'cache'),
    LOCKER_REST_TIME: '9999',
  }
})

function begin(args: readonly string[], env: Variables = {}, at = cwd): Running {
  writeFileSync(log, '')
  return start(process.execPath, [lockerRun, ...args], { ...credentials, ...env }, at)
}

/** @returns how it ended, and whether it repeated an earlier start */
async function run(
  args: readonly string[],
  env?: Variables,
  at?: string,
): Promise<Result & { isRepeated: boolean }> {
  const result = await begin(args, env, at).ended
  return { ...result, isRepeated: readFileSync(log, 'utf8') === '' }
}

/** A first start asks the service, the second is recorded. */
async function record(args: readonly string[], env?: Variables): Promise<Result> {
  await run(args, env)
  return run(args, env)
}

/** What the whole way comes to: the cache is another one each time, and is no part of the answer. */
async function goTheWholeWay(args: readonly string[], env?: Variables, at?: string): Promise<Result> {
  const cache = mkdtempSync(join(folder, 'other-'))
  const result = await run(args, { ...env, LOCKER_CACHE: cache }, at)
  expect(result.isRepeated).toBe(false)
  return withCache(result, cache)
}

function withCache(result: Result, cache: string): Result {
  return { ...result, stdout: result.stdout.replace(cache, join(folder, 'cache')) }
}

describe('a repeated start', () => {
  it.each<[string, readonly string[], Variables, Readonly<Record<string, string>>]>([
    ['nothing', [], {}, {}],
    ['--', ['--'], {}, {}],
    ['options', ['-e', 'production', '--prefix=X_', '--'], {}, {}],
    ['variables', [], { LOCKER_ENVIRONMENT: 'production', LOCKER_EXCLUDE: 'ONLY_*' }, {}],
    ['an environment of its own', [], { ANOTHER: '1', EMPTY: '' }, {}],
    ['names that are replaced', ['--override', '--'], { SHARED: 'mine', MINE: '1' }, {}],
    ['credentials that are kept', ['--keep-credentials', '--'], { LOCKER_HEADERS: 'X-A: 1' }, {}],
    ['names that are required', ['--required=SHARED,MINE', '--'], { MINE: '1' }, {}],
    ['settings that are empty', ['--include=', '--'], { LOCKER_EXCLUDE: '' }, {}],
    ['settings in .env', [], {}, { '.env': 'LOCKER_ENVIRONMENT=production\nFROM_DOTENV=1\n' }],
    ['settings in locker.json', [], {}, { 'locker.json': '{"environment":"production","prefix":"X_"}' }],
  ])('with %s gives the command what the recorded one gave, and loads nothing else', async (...row) => {
    const [, flags, env, files] = row
    for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text)
    const expected = await goTheWholeWay([...flags, ...PRINT], env)
    expect(expected).toMatchObject({ status: 0, stderr: '' })
    const recorded = await record([...flags, ...PRINT], env)
    const repeated = await run([...flags, ...PRINT], env)
    expect(recorded).toMatchObject(expected)
    expect(repeated).toEqual({ ...expected, isRepeated: true })
  })

  it('is one of another command with the same options', async () => {
    await record(['-e', 'production', '--', ...PRINT])
    const script = 'echo "$SHARED" "$@"; exit 7'
    const args = ['-e', 'production', '--', 'sh', '-c', script, 'sh', '--', '-e', 'staging']
    expect(await run(args)).toMatchObject({
      status: 7,
      stdout: 'production -- -e staging\n',
      isRepeated: true,
    })
  })

  it('needs no load inside', async () => {
    const inside = [process.execPath, '-r', REGISTER, ...PRINT.slice(1)]
    await record(PRINT)
    const requests = server.requests.length
    const [plain, registered] = [await run(PRINT), await run(inside)]
    expect(registered).toEqual(plain)
    expect(server.requests).toHaveLength(requests)
  })
})

describe('a start that has been recorded goes the whole way', () => {
  it.each<[string, readonly string[], Variables, (() => void) | undefined]>([
    ['another variable of ours', [], { LOCKER_ENVIRONMENT: 'production' }, undefined],
    ['one that nobody knows', [], { LOCKER_UNKNOWN: '' }, undefined],
    ['an option', ['-e', 'production', '--'], {}, undefined],
    ['an option that a variable contradicts', ['-e', 'ALL', '--'], {}, undefined],
    ['a .env', [], {}, () => writeFileSync(join(cwd, '.env'), 'FROM_DOTENV=1\nLOCKER_PREFIX=X_\n')],
    ['a locker.json', [], {}, () => writeFileSync(join(cwd, 'locker.json'), '{"prefix":"X_"}')],
    ['a name that is set now', [], { SHARED: 'mine' }, undefined],
    ['a large environment', [], { LARGE: 'x'.repeat(40_000) }, undefined],
  ])('with %s', async (_, flags, env, change) => {
    await record(PRINT)
    change?.()
    const result = await run([...flags, ...PRINT], env)
    expect(result).toEqual({ ...(await goTheWholeWay([...flags, ...PRINT], env)), isRepeated: false })
  })

  it('in another folder', async () => {
    await record(PRINT)
    writeFileSync(join(folder, '.env'), 'FROM_DOTENV=1\n')
    const result = await run(PRINT, {}, folder)
    expect(result).toEqual({ ...(await goTheWholeWay(PRINT, {}, folder)), isRepeated: false })
    expect(result.stdout).toContain('FROM_DOTENV')
  })

  it('without a name that was set', async () => {
    await record(PRINT, { SHARED: 'mine' })
    const result = await run(PRINT)
    expect(result).toEqual({ ...(await goTheWholeWay(PRINT)), isRepeated: false })
    expect(JSON.parse(result.stdout)).toMatchObject({ SHARED: SEED.secrets[0]?.value })
  })

  it('when a .env that was read has changed', async () => {
    writeFileSync(join(cwd, '.env'), 'FROM_DOTENV=1\n')
    await record(PRINT)
    appendFileSync(join(cwd, '.env'), 'MORE=1\n')
    expect(JSON.parse((await run(PRINT)).stdout)).toMatchObject({ FROM_DOTENV: '1', MORE: '1' })
  })

  it('when another process has fetched', async () => {
    await record(PRINT)
    server.project.setSecret({ key: 'SHARED', value: 'new' })
    expect(JSON.parse((await run(PRINT)).stdout)['SHARED']).not.toBe('new')
    await run(['true'], { LOCKER_FETCH: 'true' })
    const { stdout, isRepeated } = await run(PRINT)
    expect([JSON.parse(stdout)['SHARED'], isRepeated]).toEqual(['new', false])
    expect(await run(PRINT)).toMatchObject({ stdout, isRepeated: true })
  })

  it('when the rest time is over', async () => {
    const env = { LOCKER_REST_TIME: '2' }
    await record(PRINT, env)
    expect((await run(PRINT, env)).isRepeated).toBe(true)
    server.project.setSecret({ key: 'SHARED', value: 'new' })
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const { stdout, isRepeated } = await run(PRINT, env)
    expect([JSON.parse(stdout)['SHARED'], isRepeated]).toEqual(['new', false])
  })

  it('when it is below another that has loaded', async () => {
    await record(PRINT)
    const { stdout } = await run([process.execPath, lockerRun, ...PRINT])
    expect(readFileSync(log, 'utf8')).toBe('whole\n')
    expect(stdout).toBe((await run(PRINT)).stdout)
  })
})

describe('no start repeats', () => {
  it.each<[string, readonly string[], Variables]>([
    [
      'an option whose command stands before --',
      ['-e', 'production', 'sh', '-c', 'echo $SHARED $2', '--', 'x', 'y'],
      {},
    ],
    ['a shell line', ['-c', 'echo $SHARED', '--', 'x'], {}],
    ['a masked command', ['--mask', '--', ...PRINT], {}],
    ['a watched command', ['--watch', '--', ...PRINT], {}],
    ['a command that inherits nothing', ['--no-inherit-env', '--', ...PRINT], {}],
    ['one at another log level', PRINT, { LOCKER_LOG_LEVEL: '0' }],
    ['one that has something to say', PRINT, { LOCKER_ENVIROMENT: 'production' }],
    ['one that asks each time', PRINT, { LOCKER_REST_TIME: '0' }],
    ['one with a cache of its own', [`--cache=/tmp/../${tmpdir()}/no-such`, '--', 'true'], {}],
  ])('%s', async (_, args, env) => {
    await record(['-e', 'production', 'sh', '--', 'true'])
    const recorded = await record(args, env)
    expect(await run(args, env)).toEqual({ ...recorded, isRepeated: false })
  })

  it.each([
    [[]],
    [['--']],
    [['-e', 'production', '--']],
    [['--help', '--', 'true']],
    [['--nonsense', '--', 'true']],
  ])('what is no command: %j', async (args) => {
    await record(PRINT)
    const recorded = await record(args)
    expect(await run(args)).toEqual({ ...recorded, isRepeated: false })
  })
})

describe('a command of a repeated start', () => {
  beforeEach(async () => {
    await record(['true'])
  })

  it.each([
    ['is not found', ['no-such-command'], 127, /^lockerpm: "no-such-command" is not found on PATH\n$/],
    ['is a folder', ['/'], 126, /^lockerpm: "\/" can't be run: it is a directory\n$/],
    ['is empty', [''], 127, /^lockerpm: the command is an empty word\n$/],
  ])('that %s is told about as ever', async (_, command, status, words) => {
    const result = await run(command)
    expect(result).toMatchObject({ status, stdout: '', isRepeated: true })
    expect(result.stderr).toMatch(words)
    const { stderr } = await goTheWholeWay(command)
    expect(result.stderr).toBe(stderr)
  })

  it('gets the signals that come, and decides how we end', async () => {
    const running = begin([process.execPath, LISTENER, 'SIGUSR2'])
    const [, child] = await running.until(/ready (\d+)/)
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGINT'] as const) {
      running.child.kill(signal)
      await running.until(new RegExp(`${signal}\n`))
    }
    expect([isAlive(running.pid), isAlive(Number(child))]).toEqual([true, true])
    running.child.kill('SIGUSR2')
    expect(await running.ended).toMatchObject({ status: 7, signal: null, stderr: '' })
    expect(readFileSync(log, 'utf8')).toBe('')
  })

  it.each(['SIGTERM', 'SIGKILL', 'SIGINT'] as const)('that dies of %s takes us along', async (signal) => {
    const result = await run(['sh', '-c', `kill -${signal.slice(3)} $$`])
    expect(result).toEqual({ status: null, signal, stdout: '', stderr: '', isRepeated: true })
  })

  it('is not started when a signal has come before', async () => {
    const env = { NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: 'listening', KILL_SIGNAL: 'SIGINT' }
    const result = await run(['sh', '-c', 'echo started'], env)
    expect(result).toEqual({ status: null, signal: 'SIGINT', stdout: '', stderr: '', isRepeated: true })
  })

  it('is not started when a defect of ours shows before', async () => {
    const env = { NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: 'listening' }
    expect(await run(['sh', '-c', 'echo started'], env)).toEqual({
      status: 125,
      signal: null,
      stdout: '',
      stderr: 'lockerpm: nothing was started: unexpected failure (Error)\n',
      isRepeated: true,
    })
  })

  it('gets a signal that comes while it is being started, and survives a defect of ours', async () => {
    const killing = { NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: 'spawning' }
    const killed = await run(['sh', '-c', 'exec sleep 1000'], { ...killing, KILL_SIGNAL: 'SIGTERM' })
    expect(killed).toMatchObject({ signal: 'SIGTERM', stdout: '', stderr: '', isRepeated: true })
    expect(await run(['sh', '-c', 'sleep 0.3; exit 7'], killing)).toMatchObject({
      status: 7,
      stderr: 'lockerpm: the command goes on: unexpected failure (Error)\n',
      isRepeated: true,
    })
  })

  it('is told about when NODE_DEBUG shows everything that it gets', async () => {
    const { stderr, isRepeated } = await run(['true'], { NODE_DEBUG: 'child_process' })
    expect(isRepeated).toBe(true)
    expect(stderr).toMatch(/^lockerpm: NODE_DEBUG [^\n]*: unset it\n/)
  })
})
