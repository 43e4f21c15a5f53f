import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  DISABLED,
  isAlive,
  KILL_AT,
  LISTENER,
  LOCKER_RUN,
  type Running,
  runToEnd,
  start,
  startRun,
} from './built.ts'

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const
const UNCATCHABLE = ['SIGKILL', 'SIGSTOP']
const FAULTS = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS', 'SIGUNUSED']
const STOPS = ['SIGTSTP', 'SIGTTIN', 'SIGTTOU']
const HARMLESS = ['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGINFO']
const IGNORED_BY_NODE = ['SIGPIPE', 'SIGXFSZ']
const DEADLY = (Object.keys(constants.signals) as NodeJS.Signals[]).filter((signal) => {
  return ![...UNCATCHABLE, ...FAULTS, ...STOPS, ...HARMLESS, ...IGNORED_BY_NODE].includes(signal)
})

describe('without a terminal', () => {
  it.each(FORWARDED)('%s reaches the command once each time', async (signal) => {
    const { run } = await startListener('SIGALRM')
    for (const count of [1, 2]) {
      run.child.kill(signal)
      await run.until(new RegExp(`(${signal}\\n){${count}}`))
    }
    run.child.kill('SIGALRM')
    const { stdout, status, stderr } = await run.ended
    expect({ stdout: stdout.replace(/^ready.*\n/, ''), status, stderr }).toEqual({
      stdout: `${signal}\n${signal}\nSIGALRM\n`,
      status: 7,
      stderr: '',
    })
  })

  it.each(DEADLY)('%s leaves no orphan behind', async (signal) => {
    const run = startRun(['sh', '-c', 'ulimit -c 0; echo ready $$; exec sleep 1000'])
    const [, child] = await run.until(/ready (\d+)\n/)
    run.child.kill(signal)
    const { status, signal: raised } = await run.ended
    expect(raised === null ? (status ?? 0) - 128 : constants.signals[raised]).toBe(constants.signals[signal])
    expect(isAlive(Number(child))).toBe(false)
  })

  it.each(['--cpu-prof', '--prof'])(
    'Node may profile us by %s, which has SIGPROF for itself',
    async (flag) => {
      const argv = [flag, LOCKER_RUN, '--', 'sh', '-c', 'sleep 0.3; exit 7']
      expect(await start(process.execPath, argv, DISABLED).ended).toMatchObject({ status: 7, signal: null })
    },
  )

  it('waits for a command that does not care for TERM', async () => {
    const { run, child } = await startListener('SIGUSR2')
    run.child.kill('SIGTERM')
    await run.until(/SIGTERM\n/)
    run.child.kill('SIGUSR1')
    await run.until(/SIGUSR1\n/)
    expect([isAlive(run.pid), isAlive(child)]).toEqual([true, true])
    run.child.kill('SIGUSR2')
    expect(await run.ended).toMatchObject({ status: 7, signal: null })
  })

  it('passes on a signal that comes while the command is being started', async () => {
    const result = await runToEnd(['sh', '-c', 'exec sleep 1000'], killAt('spawning', 'SIGTERM'))
    expect(result).toMatchObject({ signal: 'SIGTERM', stdout: '', stderr: '' })
  })

  it('keeps the status of a command that has just ended', async () => {
    const result = await runToEnd(['sh', '-c', 'exit 7'], killAt('ended', 'SIGTERM'))
    expect(result).toMatchObject({ status: 7, signal: null })
  })

  it('goes on waiting for the command when a defect of ours shows', async () => {
    const defect = { ...DISABLED, NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: 'spawning' }
    expect(await runToEnd(['sh', '-c', 'sleep 0.3; exit 7'], defect)).toMatchObject({
      status: 7,
      stderr: 'lockerpm: the command goes on: unexpected failure (Error)\n',
    })
  })

  it('opens no inspector on USR1', async () => {
    const { run } = await startListener()
    run.child.kill('SIGUSR1')
    await run.until(/SIGUSR1\n/)
    run.child.kill('SIGTERM')
    expect((await run.ended).stderr).toBe('')
  })

  it.runIf(process.platform === 'linux')('leaves the command every signal in its default state', async () => {
    const { stdout } = await runToEnd(['cat', '/proc/self/status'])
    expect(/^SigIgn:\s*(.*)$/m.exec(stdout)?.[1]).toMatch(/^0+$/)
    expect(/^SigBlk:\s*(.*)$/m.exec(stdout)?.[1]).toMatch(/^0+$/)
  })

  it.runIf(process.platform === 'linux')('keeps the command in our own process group', async () => {
    const { run, child } = await startListener()
    const group = /\) \S+ \d+ (\d+)/.exec(readFileSync(`/proc/${child}/stat`, 'latin1'))?.[1]
    expect(Number(group)).toBe(run.pid)
  })
})

async function startListener(ending = 'SIGTERM'): Promise<{ run: Running; child: number }> {
  const run = startRun([process.execPath, LISTENER, ending])
  const [, child] = await run.until(/ready (\d+)/)
  return { run, child: Number(child) }
}

function killAt(moment: string, signal: string): Record<string, string> {
  return { ...DISABLED, NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: moment, KILL_SIGNAL: signal }
}
