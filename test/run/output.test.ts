import { describe, expect, it } from 'vitest'
import { DISABLED, LOCKER_RUN, type Result, runToEnd, start, startRun } from './built.ts'
import { startServer, startSilentServer } from './servers.ts'
import { startInTerminal } from './terminal.ts'

const RUN = `'${process.execPath}' '${LOCKER_RUN}'`
const BOLD = '\u001b[1m'
const ERASE = '\r\u001b[K'

describe('what locker-run prints itself', () => {
  it.each([
    ['--help', /^Usage {2}locker-run .*\n/],
    ['-h', /^Usage/],
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['-v', /^\d/],
  ])('%s goes to stdout', async (option, pattern) => {
    const { status, stdout, stderr } = await runToEnd([option], {})
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(pattern)
    expect(stdout).not.toContain('\u001b')
  })

  it.each([
    [[], 'no command to run'],
    [['--enviroment', 'x', 'true'], 'Did you mean --environment?'],
    [['--secret-access-key', 'canary', 'true'], 'LOCKER_SECRET_ACCESS_KEY_FILE'],
  ])('a mistake in %j is one line on stderr, and 125', async (argv, message) => {
    const { status, stdout, stderr } = await runToEnd(argv, {})
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: [^\n]*\n$/)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('canary')
  })

  it.each([
    ['bold on a terminal', {}, true],
    ['plain where NO_COLOR is set', { NO_COLOR: '1' }, false],
    ['plain on a dumb terminal', { TERM: 'dumb' }, false],
  ])('headings are %s', async (_, env, isBold) => {
    const { stdout } = await startInTerminal(`${RUN} --help`, env).ended
    expect(stdout).toContain('Usage')
    expect(stdout.includes(BOLD)).toBe(isBold)
  })

  it.each([
    ['closed', '>&-', 0],
    ['a pipe that nobody reads', '| true', 0],
  ])('help leaves no trace of an error when stdout is %s', async (_, redirection, status) => {
    expect(await runLine(`${RUN} --help ${redirection}`)).toMatchObject({ status, stderr: '' })
  })

  it.runIf(process.platform === 'linux')('help that can not be written is a failure', async () => {
    const { status, stderr } = await runLine(`${RUN} --help >/dev/full`)
    expect(status).toBe(125)
    expect(stderr).toMatch(/^lockerpm: [^\n]*stdout can't be written to \(ENOSPC\)\n$/)
  })

  it.each(['2>&-', '2>/dev/full'])('a failure keeps its status with %s', async (redirection) => {
    if (redirection.includes('full') && process.platform !== 'linux') return
    expect(await runLine(`${RUN} no-such-command ${redirection}`)).toMatchObject({ status: 127, stderr: '' })
  })
})

describe("the command's stdin, stdout and stderr", () => {
  it('are ours', async () => {
    const run = startRun(['sh', '-c', 'cat; echo err >&2'])
    run.child.stdin?.end('in')
    expect(await run.ended).toEqual({ status: 0, signal: null, stdout: 'in', stderr: 'err\n' })
  })

  it.runIf(process.platform === 'linux')('stay blocking, although we have spoken', async () => {
    const { env } = await startServer({})
    const line = `${RUN} cat /proc/self/fdinfo/1 /proc/self/fdinfo/2 2>&1 | cat`
    const { stdout } = await start('sh', ['-c', line], { ...env, LOCKER_ENVIROMENT: 'x' }).ended
    expect(stdout).toMatch(/did you mean LOCKER_ENVIRONMENT/)
    const flags = [...stdout.matchAll(/^flags:\t(\d+)$/gm)].map(([, octal = '']) => Number.parseInt(octal, 8))
    expect(flags.map((bits) => bits & 0o4000)).toEqual([0, 0])
  })

  it('include descriptors that a shell has opened by /dev/fd', async () => {
    const line = `exec 63<<END\nhere\nEND\n${RUN} cat /dev/fd/63`
    expect(await start('bash', ['-c', line], DISABLED).ended).toMatchObject({ stdout: 'here\n', stderr: '' })
  })
})

describe('a load that takes longer than a second', () => {
  it('shows a line on a terminal, which vanishes', async () => {
    const { env } = await startSilentServer()
    const { stdout } = await startInTerminal(`${RUN} --timeout-ms 1500 true`, env).ended
    const line = `lockerpm: loading secrets …${ERASE}`
    expect(stdout.indexOf(line)).toBe(0)
    expect(stdout.slice(line.length)).toMatch(/^lockerpm: the command was not started: [^\n]*\n$/)
  })

  it('takes the line away when it is interrupted', async () => {
    const { env } = await startSilentServer()
    const terminal = startInTerminal(`${RUN} --timeout-ms 600000 true`, env)
    await terminal.until(/loading/)
    terminal.child.stdin?.write('\x03')
    const { stdout } = await terminal.ended
    expect(stdout.endsWith(ERASE)).toBe(true)
  })

  it('shows nothing on a dumb terminal', async () => {
    const { env } = await startSilentServer()
    const { stdout } = await startInTerminal(`${RUN} --timeout-ms 1500 true`, { ...env, TERM: 'dumb' }).ended
    expect(stdout).toMatch(/^lockerpm: the command was not started/)
  })

  it('shows nothing elsewhere', async () => {
    const { env } = await startSilentServer()
    const { stdout, stderr } = await runToEnd(['--timeout-ms', '1500', 'true'], { ...env, TERM: 'xterm' })
    expect(stdout + stderr).toMatch(/^lockerpm: the command was not started: [^\n]*\n$/)
  })
})

function runLine(line: string): Promise<Result> {
  return start('sh', ['-c', line], DISABLED).ended
}
