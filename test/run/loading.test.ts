import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, KILL_AT, runToEnd, startRun } from './built.ts'
import { startServer, startSilentServer } from './servers.ts'

const DEADLY = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const
const COMMAND = ['sh', '-c', 'echo started']

describe('a signal while loading', () => {
  it.each(DEADLY)('%s ends it at once, and the parent sees the signal', async (signal) => {
    const { connected, env } = await startSilentServer()
    const run = startRun(COMMAND, { ...env, LOCKER_TIMEOUT_MS: '600000' })
    await connected
    run.child.kill(signal)
    expect(await run.ended).toEqual({ status: null, signal, stdout: '', stderr: '' })
  })

  it('QUIT ends it with 128+n, since it would dump core', async () => {
    const { connected, env } = await startSilentServer()
    const run = startRun(COMMAND, env)
    await connected
    run.child.kill('SIGQUIT')
    const status = 128 + constants.signals.SIGQUIT
    expect(await run.ended).toEqual({ status, signal: null, stdout: '', stderr: '' })
  })

  it('WINCH does nothing', async () => {
    const { connected, env } = await startSilentServer()
    const run = startRun(COMMAND, env)
    await connected
    run.child.kill('SIGWINCH')
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ signal: 'SIGTERM', stdout: '' })
  })

  it('starts nothing even where a failure would', async () => {
    const { connected, env } = await startSilentServer()
    const run = startRun(['--on-error', 'warn', ...COMMAND], env)
    await connected
    run.child.kill('SIGTERM')
    expect(await run.ended).toEqual({ status: null, signal: 'SIGTERM', stdout: '', stderr: '' })
  })

  it.each([
    ['before the first request', 'listening'],
    ['after the last answer', 'decrypting'],
  ])('ends it %s too', async (_, moment) => {
    const { env } = await startServer({ seeds: [{ secrets: [{ key: 'NAME', value: 'canary' }] }] })
    const killing = { NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: moment, KILL_SIGNAL: 'SIGINT' }
    const result = await runToEnd(COMMAND, { ...env, ...killing })
    expect(result).toEqual({ status: null, signal: 'SIGINT', stdout: '', stderr: '' })
  })
})

describe('a load that fails', () => {
  it('starts nothing, and says why in one line, with 125', async () => {
    const { env } = await startServer({})
    const { status, stdout, stderr } = await runToEnd(['-e', 'nowhere', ...COMMAND], env)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: [^\n]*"nowhere"[^\n]*--environment[^\n]*\n$/)
  })

  it('keeps the deadline', async () => {
    const { env } = await startSilentServer()
    const { status, stderr } = await runToEnd(['--timeout-ms', '50', ...COMMAND], env)
    expect(status).toBe(125)
    expect(stderr).toMatch(/^lockerpm: [^\n]*--timeout-ms[^\n]*\n$/)
  })

  it.each([
    ['a flag', ['--timeout-ms', 'canary'], {}, '--timeout-ms'],
    ['a variable', [], { LOCKER_TRANSFORM: 'canary' }, 'LOCKER_TRANSFORM'],
    ['the switch', [], { LOCKER_DISABLE: 'canary' }, 'LOCKER_DISABLE'],
  ])('names %s that holds a bad value, and not the value', async (_, flags, env, named) => {
    const { status, stdout, stderr } = await runToEnd([...flags, ...COMMAND], env)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: [^\n]*\n$/)
    expect(stderr).toContain(named)
    expect(stderr).not.toContain('canary')
  })

  it('tells a defect of ours in one line as well', async () => {
    const { env } = await startSilentServer()
    const defect = { NODE_OPTIONS: `-r ${KILL_AT}`, KILL_AT: 'listening' }
    expect(await runToEnd(COMMAND, { ...env, ...defect })).toEqual({
      status: 125,
      signal: null,
      stdout: '',
      stderr: 'lockerpm: nothing was started: unexpected failure (Error)\n',
    })
  })

  it('says nothing at log level 0', async () => {
    const { env } = await startServer({})
    const result = await runToEnd(['-e', 'nowhere', '--log-level', '0', ...COMMAND], env)
    expect(result).toEqual({ status: 125, signal: null, stdout: '', stderr: '' })
  })
})

describe('with on-error=warn', () => {
  const print = [process.execPath, '-p', 'JSON.stringify(process.env)']

  it.each([
    ['the load', ['-e', 'nowhere', '--on-error=warn'], {}, '"nowhere"'],
    ['the load, as a variable', ['-e', 'nowhere'], { LOCKER_ON_ERROR: 'warn' }, '"nowhere"'],
    ['the configuration', ['--timeout-ms=x', '--on-error=warn'], {}, '--timeout-ms'],
    [
      'the configuration, as a variable',
      [],
      { LOCKER_TIMEOUT_MS: 'x', LOCKER_ON_ERROR: 'warn' },
      'LOCKER_TIMEOUT_MS',
    ],
    ['the merge', ['--required=MISSING', '--on-error=warn'], {}, 'MISSING; asked for by --required'],
  ])('a failure of %s starts the command with nothing merged', async (_, flags, more, reason) => {
    const { env } = await startServer({ seeds: [{ secrets: [{ key: 'NAME', value: 'canary' }] }] })
    const folder = createFolder()
    writeFileSync(join(folder, '.env'), 'FROM_DOTENV=canary\n')
    const result = await runToEnd([...flags, ...print], { ...env, ...more }, folder)
    expect(result.status).toBe(0)
    const variables = JSON.parse(result.stdout)
    expect(variables).toMatchObject({ LOCKER_ON_ERROR: 'warn' })
    expect(Object.keys(variables)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/NAME|DOTENV|KEY/)]),
    )
    expect(result.stderr).toMatch(/^lockerpm: [^\n]*\n$/)
    expect(result.stderr).toContain(reason)
    const asker = 'LOCKER_ON_ERROR' in more ? 'LOCKER_ON_ERROR' : '--on-error'
    expect(result.stderr).toContain(`without any secret, because ${asker} is warn: `)
  })
})
