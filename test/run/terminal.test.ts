import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createFolder, DISABLED, KILL_AT, LISTENER, LOCKER_RUN } from './built.ts'
import { startInTerminal } from './terminal.ts'

const RUN = `'${process.execPath}' '${LOCKER_RUN}'`
const LISTEN = `'${process.execPath}' '${LISTENER}'`
/** Long enough for any machine: only a failure takes it. */
const WAIT = { timeout: 50_000, interval: 20 }
const [CTRL_C, CTRL_BACKSLASH, CTRL_Z] = ['\x03', '\x1c', '\x1a']

describe('in the foreground of a terminal', () => {
  it.each([
    ['Ctrl-C', CTRL_C, 'SIGINT'],
    ['Ctrl-\\', CTRL_BACKSLASH, 'SIGQUIT'],
  ])('%s reaches the command once, and it is waited for', async (_, key, signal) => {
    const terminal = startInTerminal(`exec ${RUN} ${LISTEN}`, DISABLED)
    const [, , wrapper] = await terminal.until(/ready (\d+) (\d+)/)
    for (const count of [1, 2]) {
      terminal.child.stdin?.write(key)
      await terminal.until(new RegExp(`(${signal}[^]*){${count}}`))
    }
    // It is handled after what came before it, so nothing more can follow.
    process.kill(Number(wrapper), 'SIGTERM')
    const { stdout, status } = await terminal.ended
    expect({ signals: stdout.match(/SIG\w+/g), status }).toEqual({
      signals: [signal, signal, 'SIGTERM'],
      status: 7,
    })
  })

  it('other signals are passed on', async () => {
    const terminal = startInTerminal(`exec ${RUN} ${LISTEN}`, DISABLED)
    const [, , wrapper] = await terminal.until(/ready (\d+) (\d+)/)
    process.kill(Number(wrapper), 'SIGUSR1')
    await terminal.until(/SIGUSR1/)
    process.kill(Number(wrapper), 'SIGTERM')
    expect((await terminal.ended).stdout.match(/SIG\w+/g)).toEqual(['SIGUSR1', 'SIGTERM'])
  })

  it('Ctrl-C ends a command that has no use for it, and us, so that the shell sees it', async () => {
    const terminal = startInTerminal(`${RUN} sh -c 'echo ready; exec sleep 1000'; echo status $?`, DISABLED)
    await terminal.until(/ready/)
    terminal.child.stdin?.write(CTRL_C)
    // The shell got it too, and ends if its command has died of it.
    expect((await terminal.ended).stdout).not.toMatch(/status/)
  })

  it('an INT that comes too early for the terminal to give it to the command is passed on', async () => {
    const env = { ...DISABLED, NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: 'spawning', KILL_SIGNAL: 'SIGINT' }
    const terminal = startInTerminal(`trap : INT; ${RUN} sh -c 'exec sleep 1000'; echo status $?`, env)
    expect((await terminal.ended).stdout).toMatch(/status 130/)
  })

  it('a resize reaches the command once', async () => {
    const terminal = startInTerminal(`tty; exec ${RUN} ${LISTEN}`, DISABLED)
    const [, device = ''] = await terminal.until(/(\/dev\/\S+)/)
    const [, , wrapper] = await terminal.until(/ready (\d+) (\d+)/)
    execFileSync('stty', [process.platform === 'linux' ? '-F' : '-f', device, 'rows', '7'])
    await terminal.until(/SIGWINCH/)
    process.kill(Number(wrapper), 'SIGTERM')
    expect((await terminal.ended).stdout.match(/SIG\w+/g)).toEqual(['SIGWINCH', 'SIGTERM'])
  })

  it.each([
    ['and leading its session', 'exec', ''],
    ['under a shell that leads its session', '', '; true'],
    ['under another locker-run that leads its session', `exec ${RUN}`, ''],
  ])('%s, a hang-up reaches the command once', async (_, before, after) => {
    const log = join(createFolder(), 'log')
    writeFileSync(log, '')
    const terminal = startInTerminal(`${before} ${RUN} ${LISTEN} SIGTERM ${log}${after}`, DISABLED)
    const [, , wrapper] = await readUntil(log, /ready (\d+) (\d+)/)
    terminal.child.kill('SIGKILL')
    await readUntil(log, /SIGHUP/)
    process.kill(Number(wrapper), 'SIGTERM')
    await readUntil(log, /SIGTERM/)
    expect(readFileSync(log, 'utf8').match(/SIG\w+/g)).toEqual(['SIGHUP', 'SIGTERM'])
  })

  it('ends with the status of a command that outlives the terminal', async () => {
    const log = join(createFolder(), 'log')
    writeFileSync(log, '')
    const command = `trap "exit 7" TERM; echo ready $$ $PPID >>${log}; while :; do sleep 0.1; done`
    const line = `trap : HUP; ${RUN} sh -c '${command}'; echo status $? >>${log}`
    const terminal = startInTerminal(line, DISABLED)
    const [, , wrapper] = await readUntil(log, /ready (\d+) (\d+)/)
    terminal.child.kill('SIGKILL')
    await terminal.ended
    process.kill(Number(wrapper), 'SIGTERM')
    expect((await readUntil(log, /status (\d+)/))[1]).toBe('7')
  })

  it('Ctrl-Z stops us and the command, and fg resumes both', async () => {
    const terminal = startInTerminal('exec sh -i', DISABLED)
    terminal.child.stdin?.write(`${RUN} ${LISTEN}\n`)
    const [, ...pids] = await terminal.until(/ready (\d+) (\d+)/)
    terminal.child.stdin?.write(CTRL_Z)
    await terminal.until(/Stopped|Suspended/i)
    await vi.waitUntil(() => pids.map(readState).join('') === 'TT', WAIT)
    terminal.child.stdin?.write('fg\n')
    await vi.waitUntil(() => !pids.map(readState).includes('T'), WAIT)
    terminal.child.stdin?.write(CTRL_C)
    await terminal.until(/SIGINT/)
    process.kill(Number(pids[1]), 'SIGTERM')
    await terminal.until(/SIGTERM/)
    terminal.child.stdin?.write('echo status $?; exit\n')
    const { stdout } = await terminal.ended
    expect(stdout.match(/SIG\w+|status \d+/g)).toEqual(['SIGINT', 'SIGTERM', 'status 7'])
  })
})

describe('in the background of a terminal', () => {
  it('INT is passed on', async () => {
    const terminal = startInTerminal('exec sh -i', DISABLED)
    terminal.child.stdin?.write(`${RUN} ${LISTEN} SIGINT &\n`)
    const [, , wrapper] = await terminal.until(/ready (\d+) (\d+)/)
    process.kill(Number(wrapper), 'SIGINT')
    await terminal.until(/SIGINT/)
    terminal.child.stdin?.write('wait $!; echo status $?; exit\n')
    expect((await terminal.ended).stdout).toMatch(/status 7/)
  })
})

async function readUntil(file: string, pattern: RegExp): Promise<RegExpExecArray> {
  return vi.waitUntil(() => pattern.exec(readFileSync(file, 'utf8')), WAIT)
}

/** @returns `T` for a process that is stopped */
function readState(pid: string): string | undefined {
  return execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'latin1' }).trim()[0]
}
