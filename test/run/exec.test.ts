import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  createFolder,
  createTellingCopy,
  DISABLED,
  LISTENER,
  LOCKER_RUN,
  type Result,
  type Running,
  start,
  startRun,
  type Variables,
} from './built.ts'
import { fetchNode } from './nodes.ts'
import { startServer } from './servers.ts'
import { isUnsharePermitted, UNSHARE } from './unshare.ts'

const WHERE =
  process.platform === 'linux' ? '' : ' (Linux only: elsewhere the registry has no Node to install)'
const SECRETS = [{ secrets: [{ key: 'NAME', value: 'value' }] }]
const DESCRIPTORS = '/proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2'
const TIMEOUT_MS = 300_000

describe.runIf(process.platform === 'linux').each([22, 24])(`--exec on Node %i${WHERE}`, (major) => {
  let node = ''
  beforeAll(async () => {
    node = await fetchNode(major)
  }, TIMEOUT_MS)

  const startExec = (args: readonly string[], env: Variables = DISABLED, cwd?: string) =>
    start(node, [LOCKER_RUN, '--exec', ...args], env, cwd)

  it('leaves no process of ours', async () => {
    const { env } = await startServer({ seeds: SECRETS })
    const run = startExec(['sh', '-c', 'echo $$ $PPID $NAME "$LOCKER_SECRET_ACCESS_KEY"; exit 7'], env)
    expect(await run.ended).toEqual({
      ...{ status: 7, signal: null, stderr: '' },
      stdout: `${run.pid} ${process.pid} value \n`,
    })
  })

  it('runs a line of the shell', async () => {
    expect(await startExec(['-c', 'echo $1', 'word']).ended).toMatchObject({ stdout: 'word\n', stderr: '' })
  })

  it('hands over no file and no socket of ours', async () => {
    const { env } = await startServer({ seeds: SECRETS })
    const list = ['ls', '/proc/self/fd']
    const expected = await start('ls', ['/proc/self/fd'], {}).ended
    expect(await startExec(list, env).ended).toEqual(expected)
  })

  it('leaves every signal in its default state', async () => {
    const { env } = await startServer({ seeds: SECRETS })
    const { stdout } = await startExec(['cat', '/proc/self/status'], env).ended
    expect(/^SigIgn:\s*(.*)$/m.exec(stdout)?.[1]).toMatch(/^0+$/)
    expect(/^SigBlk:\s*(.*)$/m.exec(stdout)?.[1]).toMatch(/^0+$/)
  })

  it('leaves the flags of stdin, stdout and stderr as they were', async () => {
    const { env } = await startServer({ seeds: SECRETS })
    const line = (run: string) => `true | ${run} grep ^flags ${DESCRIPTORS} 2>&1 | cat`
    const expected = await start('sh', ['-c', line('')], {}).ended
    const exec = line('"$0" "$1" --log-level=debug --exec')
    const { stdout } = await start('sh', ['-c', exec, node, LOCKER_RUN], env).ended
    expect(stdout).toContain('debug: ')
    expect(stdout.replace(/^lockerpm: debug: .*\n/gm, '')).toBe(expected.stdout)
  })

  it('lets signals reach the command itself', async () => {
    const run = startExec([process.execPath, LISTENER])
    const [, pid] = await run.until(/ready (\d+)/)
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ status: 7, stderr: '' })
    expect(Number(pid)).toBe(run.pid)
  })

  it.each<[string, (folder: string) => string[]]>([
    ['is not on PATH', () => ['no-such-command']],
    ['is a whole line', () => ['npm start']],
    ['is empty', () => ['']],
    ['does not exist', () => ['./missing']],
    ['lacks its interpreter', (at) => [write(at, '#!/no/such/shell\n')]],
    ['has Windows line ends', (at) => [write(at, '#!/bin/sh\r\n')]],
    ['is not executable', (at) => [write(at, '#!/bin/sh\n', 0o644)]],
    ['has an interpreter that is not', (at) => [write(at, `#!${write(at, 'x', 0o644)}\n`)]],
    ['is a directory', (at) => [at]],
    ['is interpreted by a directory', (at) => [write(at, `#! ${at} -x\n`)]],
    ['is under a file', (at) => [join(write(at, 'x'), 'command')]],
    ['has too long a name', () => ['x'.repeat(300)]],
    ['lacks its loader', (at) => [patch(at, '/lib', '/bil')]],
    ['is on PATH without permission only', (at) => [behind(at, 'x', 0o644, 'x', 0o644)]],
    ['is a link to itself on PATH', (at) => [loopBefore(at)]],
    ['interprets itself', (at) => [write(at, `#!${join(at, 'file-755')}\n`)]],
  ])('says what it says without --exec about a command that %s', async (_, create) => {
    const folder = createFolder()
    const command = create(folder)
    const env = withPath(folder)
    const expected = await startRun(command, env, folder).ended
    expect(expected.status).toBeGreaterThan(125)
    expect(await startExec(command, env, folder).ended).toEqual(expected)
  })

  it.each<[string, (folder: string) => string]>([
    ['a script', (at) => write(at, '#!/bin/sh -e\nexit 9\n')],
    ['a script without a first line for its interpreter', (at) => write(at, 'exit 9\n')],
    ['a script of a script', (at) => write(at, `#!${write(at, '#!/bin/sh\nexit 9\n', 0o711)}\n`)],
    ['a file found on PATH behind one that can not be run', (at) => behind(at, 'exit 9\n', 0o644)],
    ['a file found on PATH behind one without interpreter', (at) => behind(at, '#!/no/such\n', 0o755)],
  ])('runs %s', async (_, create) => {
    const folder = createFolder()
    expect(await startExec([create(folder)], withPath(folder), folder).ended).toMatchObject({
      status: 9,
      stderr: '',
    })
  })

  it.each<[string, (folder: string) => string]>([
    ['for another machine', (at) => patch(at, machineOf(process.execPath), '\xff')],
    ['of another word size', (at) => patch(at, '\x7fELF\x02', '\x7fELF\x01')],
    ['cut off', (at) => write(at, '\x7fELF\x02\x01\x01')],
    ['no program at all', (at) => write(at, 'MZ\0\0')],
  ])('refuses a binary that is %s, rather than to die of it', async (_, create) => {
    const { status, signal, stderr } = await startExec([create(createFolder())]).ended
    expect({ status, signal }).toEqual({ status: 126, signal: null })
    expect(stderr).toMatch(/^lockerpm: "[^"]+" can't be run: it is not a program of this system\. [^\n]*\n$/)
  })

  it('refuses an environment by one value that is too large, and by all of it', async () => {
    const one = await startServer({ seeds: [{ secrets: [{ key: 'BIG', value: 'c'.repeat(131_069) }] }] })
    const refused = await startExec(['true'], one.env).ended
    expect(refused).toMatchObject({ status: 126, stdout: '', signal: null })
    expect(refused.stderr).toMatch(/^lockerpm: [^\n]*the variable BIG has 131074 bytes with its name/)
    const many = Array.from({ length: 60 }, (_, index) => ({ key: `KEY_${index}`, value: 'c'.repeat(9000) }))
    const { env } = await startServer({ seeds: [{ secrets: many }] })
    expect(await limited('8192', node, env)).toMatchObject({ status: 0, stderr: '' })
    expect(await limited('unlimited', node, env)).toMatchObject({ status: 0, stderr: '' })
    const { status, stderr } = await limited('2000', node, env)
    expect(status).toBe(126)
    expect(stderr).toMatch(/^lockerpm: [^\n]*more than the system takes\. The largest variable is KEY_/)
    expect(stderr).not.toContain('ccc')
  })

  describe('a repeated start', () => {
    /** Cold, recorded, repeated, by whichever Node; of the last one, whether it did repeat. */
    const startThrice = async (args: readonly string[], last = node, env: Variables = {}) => {
      const copy = createTellingCopy()
      onTestFinished(() => copy.remove())
      const [{ env: credentials }, folder] = [await startServer({ seeds: SECRETS }), createFolder()]
      const variables = {
        ...credentials,
        ...env,
        LOCKER_CACHE: join(folder, 'cache'),
        LOCKER_REST_TIME: '9999',
      }
      const begin = (by: string) => start(by, [copy.lockerRun, '--exec', '--', ...args], variables, folder)
      const [first, recorded] = [await begin(node).ended, await begin(node).ended]
      writeFileSync(copy.log, '')
      const run = begin(last)
      const repeated = await run.ended
      return { first, recorded, repeated, pid: run.pid, isRepeated: readFileSync(copy.log, 'utf8') === '' }
    }

    it('comes to the same, and leaves no process of ours either', async () => {
      const line = 'echo $NAME $LOCKER_SECRET_ACCESS_KEY $$; exit 7'
      const { first, repeated, pid, isRepeated } = await startThrice(['sh', '-c', line])
      expect(isRepeated).toBe(true)
      expect(repeated).toEqual({ status: 7, signal: null, stderr: '', stdout: `value ${pid}\n` })
      expect(first).toMatchObject({ status: 7, stderr: '' })
    })

    it('says the same of a command that can not be started', async () => {
      const { first, repeated, isRepeated } = await startThrice(['no-such-command'])
      expect(isRepeated).toBe(true)
      expect(repeated).toEqual(first)
      expect(repeated.status).toBe(127)
    })

    it('is refused by a Node that has no execve, like any other', async () => {
      const { repeated } = await startThrice(['sh', '-c', 'echo ran'], await fetchNode(20))
      expect(repeated).toMatchObject({ status: 125, stdout: '' })
      expect(repeated.stderr).toMatch(/^lockerpm: [^\n]*--exec needs Node 22\.15 or newer[^\n]*\n$/)
    })

    it.each([[['--', 'x']], [['--exec']]])('has the words %j for its command', async (words) => {
      const { repeated, isRepeated } = await startThrice(['echo', ...words])
      expect(isRepeated).toBe(true)
      expect(repeated.stdout).toBe(`${words.join(' ')}\n`)
    })
  })

  describe.runIf(isUnsharePermitted)('as PID 1', () => {
    it('the command is PID 1', async () => {
      const args = [...UNSHARE, node, LOCKER_RUN, '--exec', process.execPath, LISTENER]
      const run: Running = start('unshare', args, DISABLED)
      const [, pid, parent] = await run.until(/ready (\d+) (\d+)/)
      expect([pid, parent]).toEqual(['1', '0'])
      const [child] = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'latin1').split(' ')
      process.kill(Number(child), 'SIGTERM')
      expect(await run.ended).toMatchObject({ status: 7, stderr: '' })
    })
  })
})

describe.runIf(process.platform === 'linux')(`--exec on Node 20${WHERE}`, () => {
  it(
    'is refused before anything is loaded',
    async () => {
      const node = await fetchNode(20)
      const { server, env } = await startServer({ seeds: SECRETS })
      const { status, stdout, stderr } = await start(
        node,
        [LOCKER_RUN, '--exec', 'sh', '-c', 'echo ran'],
        env,
      ).ended
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
      expect(stderr).toMatch(/^lockerpm: [^\n]*--exec needs Node 22\.15 or newer, and this is v20\.[^\n]*\n$/)
      expect(server.requests).toEqual([])
    },
    TIMEOUT_MS,
  )
})

function write(folder: string, text: string, mode = 0o755): string {
  const path = join(folder, `file-${mode.toString(8)}`)
  writeFileSync(path, text, 'latin1')
  chmodSync(path, mode)
  return path
}

/** A copy of a program, changed where it first says something. */
function patch(folder: string, from: string, to: string): string {
  const path = join(folder, 'program')
  copyFileSync('/bin/true', path)
  const bytes = readFileSync(path)
  bytes.write(to, bytes.indexOf(from, 'latin1'), 'latin1')
  writeFileSync(path, bytes)
  return path
}

/** @returns the byte that a program's head has for the processor, which comes first in it */
function machineOf(program: string): string {
  return readFileSync(program).toString('latin1', 18, 19)
}

function withPath(folder: string): Variables {
  return { ...DISABLED, PATH: `${join(folder, 'first')}:${folder}:${process.env['PATH']}` }
}

/** @returns a name of two files on PATH */
function behind(
  folder: string,
  first: string,
  mode: number,
  second = '#!/bin/sh\nexit 9\n',
  other = 0o755,
): string {
  mkdirSync(join(folder, 'first'))
  for (const [path, text, bits] of [
    [join(folder, 'first', 'tool'), first, mode],
    [join(folder, 'tool'), second, other],
  ] as const) {
    writeFileSync(path, text)
    chmodSync(path, bits)
  }
  return 'tool'
}

/** @returns a name on PATH that is a program's, behind one that leads nowhere */
function loopBefore(folder: string): string {
  mkdirSync(join(folder, 'first'))
  symlinkSync('true', join(folder, 'first', 'true'))
  return 'true'
}

/** @param stack its limit in KiB, a quarter of which arguments and environment may take */
function limited(stack: string, node: string, env: Variables): Promise<Result> {
  const line = `ulimit -S -s ${stack} && exec "$@"`
  return start('sh', ['-c', line, 'sh', node, LOCKER_RUN, '--exec', 'true'], env).ended
}
