import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, DISABLED, LOCKER_RUN, runToEnd, start } from './built.ts'

const RAISED = [
  ...(['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGTERM'] as const),
  ...(['SIGVTALRM', 'SIGPROF', 'SIGIO'] as const),
]
const CORE_DUMPING = [
  ...(['SIGQUIT', 'SIGABRT', 'SIGSEGV', 'SIGTRAP', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSYS'] as const),
  ...(['SIGXCPU', 'SIGXFSZ'] as const),
]

describe('the exit status', () => {
  it.each([0, 1, 7, 125, 255])("is the command's own %i", async (status) => {
    expect(await runToEnd(['sh', '-c', `exit ${status}`])).toMatchObject({ status, signal: null, stderr: '' })
  })

  it.each(RAISED)('is no status but %s when the command dies of it', async (signal) => {
    expect(await runToEnd(dyingOf(signal))).toMatchObject({ status: null, signal, stderr: '' })
  })

  it.each(CORE_DUMPING)('is 128+n when the command dies of %s, which would dump our core', async (signal) => {
    const status = 128 + constants.signals[signal]
    expect(await runToEnd(dyingOf(signal))).toMatchObject({ status, signal: null, stderr: '' })
  })

  it('lets a shell stop its script after Ctrl-C, as without locker-run', async () => {
    const { stdout } = await runToEnd(['sh', '-c', 'sh -c "kill -INT \\$\\$"; echo status $?'])
    expect(stdout).toBe('status 130\n')
  })
})

it.each([[[]], [['--mask']]])(
  'ends by itself when its command has ended, since process.exit may wait for ever on Node 24: %j',
  async (flags) => {
    const hook = join(createFolder(), 'hook.cjs')
    writeFileSync(hook, "process.on('beforeExit', () => console.error('by itself'))")
    const env = { ...DISABLED, NODE_OPTIONS: `--require ${JSON.stringify(hook)}` }
    expect(await runToEnd([...flags, 'sh', '-c', 'exit 3'], env)).toMatchObject({
      status: 3,
      stderr: 'by itself\n',
    })
  },
)

describe('a command that cannot be run', () => {
  it.each<[string, number, (folder: string) => string, RegExp]>([
    ['is not on PATH', 127, () => 'no-such-command', /"no-such-command" is not found on PATH/],
    ['is a whole line', 127, () => 'npm start', /A whole command line goes after -c/],
    ['is empty', 127, () => '', /empty word/],
    ['does not exist', 127, () => './missing', /"\.\/missing" does not exist/],
    [
      'lacks its interpreter',
      127,
      (at) => script(at, '#!/no/such/shell'),
      /interpreter "\/no\/such\/shell" is missing/,
    ],
    ['has Windows line ends', 127, (at) => script(at, '#!/bin/sh\r'), /Save the file with Unix line ends/],
    ['is not executable', 126, (at) => script(at, '#!/bin/sh', 0o644), /it is not executable. Try chmod \+x/],
    [
      'has an interpreter that is not',
      126,
      (at) => script(at, `#!${script(at, 'x', 0o644)}`),
      /permission denied/,
    ],
    ['is a directory', 126, (at) => at, /it is a directory/],
    [
      'is under a file',
      126,
      (at) => join(script(at, 'x'), 'command'),
      /a part of its path is not a directory/,
    ],
    ['is a link to itself', 126, loopingLink, /too many symbolic links/],
    ['has too long a name', 126, () => 'x'.repeat(300), /its path is too long/],
  ])('because it %s gives %i and says so', async (_, status, create, message) => {
    const folder = createFolder()
    const result = await runToEnd([create(folder)], DISABLED, folder)
    expect(result).toMatchObject({ status, signal: null, stdout: '', stderr: expect.stringMatching(message) })
    expect(result.stderr).toMatch(/^lockerpm: [^\n]*\n$/)
  })

  it('is still found when its folder stands twice on PATH, the first time without permission', async () => {
    const [first, second] = [createFolder(), createFolder()]
    writeFileSync(join(first, 'tool'), '#!/bin/sh\nexit 1\n', { mode: 0o644 })
    writeFileSync(join(second, 'tool'), '#!/bin/sh\nexit 8\n', { mode: 0o755 })
    const env = { ...DISABLED, PATH: `${first}:${second}:${process.env['PATH']}` }
    expect(await runToEnd(['tool'], env)).toMatchObject({ status: 8, stderr: '' })
  })

  it('is looked for where the system looks when there is no PATH', async () => {
    const env = { ...DISABLED, PATH: undefined }
    expect(await runToEnd(['sh', '-c', 'exit 9'], env)).toMatchObject({ status: 9, stderr: '' })
    const { status, stderr } = await runToEnd(['no-such-command'], env)
    expect({ status, stderr }).toEqual({
      status: 127,
      stderr: 'lockerpm: "no-such-command" is not found, and PATH is not set\n',
    })
  })

  it('is not started from a working directory that is gone', async () => {
    const line = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"'
    const result = await start('sh', ['-c', line, process.execPath, LOCKER_RUN, 'sh', '-c', 'echo ran'], {})
      .ended
    expect(result).toMatchObject({ status: 125, stdout: '' })
    expect(result.stderr).toMatch(/^lockerpm: [^\n]*the working directory is gone \(ENOENT\): [^\n]*\n$/)
  })
})

/** Without leaving a core behind. */
function dyingOf(signal: string): string[] {
  return ['sh', '-c', `ulimit -c 0; kill -s ${signal.slice(3)} $$; exit 99`]
}

function script(folder: string, firstLine: string, mode = 0o755): string {
  const path = join(folder, `script-${mode}`)
  writeFileSync(path, `${firstLine}\nexit 0\n`)
  chmodSync(path, mode)
  return path
}

function loopingLink(folder: string): string {
  const path = join(folder, 'loop')
  symlinkSync('loop', path)
  return path
}
