import { describe, expect, it } from 'vitest'
import type { Setting } from '../../src/config/setting.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { type CommandPlan, parseArgs } from '../../src/run/args.ts'

const ROWS: readonly Setting[] = SETTINGS

describe('parseArgs', () => {
  it.each([
    ['the first word that is no option', ['node', '-e', '1'], ['node', '-e', '1']],
    ['what follows --', ['--', '--odd', '-e'], ['--odd', '-e']],
    ['a word after an option that needs no value', ['--override', 'npm', 'start'], ['npm', 'start']],
    ['a word after a value', ['-e', 'staging', 'npm', 'start'], ['npm', 'start']],
    ['a second -- too', ['--', 'npm', '--', 'x'], ['npm', '--', 'x']],
    ['a lone dash', ['-', 'x'], ['-', 'x']],
    ['an empty word', ['', 'x'], ['', 'x']],
  ])('starts the command at %s', (_, argv, words) => {
    expect(parseCommand(argv)).toMatchObject({ words, shellLine: undefined, inheritEnv: true })
  })

  it.each([
    ['-e staging', { environment: 'staging' }],
    ['-e=staging', { environment: 'staging' }],
    ['--environment staging', { environment: 'staging' }],
    ['--environment=a=b', { environment: 'a=b' }],
    ['--environment=-odd', { environment: '-odd' }],
    ['--environment=', { environment: '' }],
    ['-e one -e two', { environment: 'two' }],
    ['--override', { override: 'true' }],
    ['--override=A,B', { override: 'A,B' }],
    ['--override=A --override=B', { override: 'A,B' }],
    ['--override=A --override', { override: 'true' }],
    ['--override --override=A', { override: 'A' }],
    ['--no-override', { override: 'false' }],
    ['--unsafe=false', { unsafe: 'false' }],
    ['--unsafe --no-unsafe', { unsafe: 'false' }],
    ['--required A --required B,C', { required: 'A,B,C' }],
    ['--no-cache', { cache: 'false' }],
    ['--cache /tmp/c', { cache: '/tmp/c' }],
    ['--no-dotenv --dotenv a', { dotenv: 'a' }],
    ['--timeout-ms 5', { timeoutMs: '5' }],
    ['--keep-credentials', { keepCredentials: 'true' }],
  ])('reads %s', (options, flags) => {
    expect(Object.fromEntries(parseCommand([...options.split(' '), 'command']).flags)).toEqual(flags)
  })

  it.each(ROWS.filter(({ flag }) => flag !== undefined))('has a flag for $key', ({ key, flag }) => {
    expect(parseCommand([`--${flag}=x`, 'command']).flags).toEqual(new Map([[key, 'x']]))
  })

  it.each(ROWS.filter(({ group, key }) => group === 'Access' || key === 'headers'))(
    'refuses $key, which would show in ps, and shows none of its value',
    ({ variable }) => {
      const name = variable.replace('LOCKER_', '').replaceAll('_', '-').toLowerCase()
      const message = messageOf([`--${name}=canary`, 'command'])
      expect(message).toContain(variable)
      expect(message).toContain('ps')
      expect(message).not.toContain('canary')
    },
  )

  it.each([
    ['--enviroment=canary', 'Did you mean --environment?'],
    ['--no-cahce', 'Did you mean --no-cache?'],
    ['-environment', 'Did you mean --environment?'],
    ['--env=canary', 'Did you mean --environment?'],
    ['--access-key=canary', "--access-key-id can't be an option"],
    ['--e=canary', 'See locker-run --help'],
    ['--secret-acess-key=canary', 'Set LOCKER_SECRET_ACCESS_KEY or LOCKER_SECRET_ACCESS_KEY_FILE'],
    ['--access-key-id-file=canary', 'Set LOCKER_ACCESS_KEY_ID or LOCKER_ACCESS_KEY_ID_FILE'],
    ['--disable', 'Set LOCKER_DISABLE'],
    ['--frobnicate=canary', 'See locker-run --help'],
    ['-x', 'See locker-run --help'],
    ['--no-environment', 'See locker-run --help'],
    ['--no-cache=canary', '--no-cache takes no value'],
    ['--environment', '--environment needs a value: --environment=NAME'],
    ['-e', '-e needs a value: --environment=NAME'],
    ['-c', '-c needs a value: --command=STRING'],
  ])('refuses %s in one line that helps', (option, advice) => {
    const message = messageOf([option])
    expect(message).toContain(advice)
    expect(message).not.toMatch(/canary|\n/)
  })

  it('takes no other option for a value', () => {
    expect(messageOf(['-e', '--override', 'command'])).toBe('-e needs a value: --environment=NAME')
  })

  it('keeps an unknown option from forging a line', () => {
    expect(messageOf(['--x\nlockerpm: all is well'])).not.toContain('\n')
  })

  it.each([[[]], [['--']], [['-e', 'staging']], [['--no-inherit-env', '--']]])(
    'misses a command in %j',
    (argv) => {
      expect(messageOf(argv)).toContain('no command to run')
    },
  )

  it.each([
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['-e', 'x', '--help', 'command'], 'help'],
    [['--version'], 'version'],
    [['-v'], 'version'],
    [['command', '--help'], 'command'],
    [['--', '--version'], 'command'],
  ])('takes %j for %s', (argv, kind) => {
    expect(parseArgs(argv).kind).toBe(kind)
  })

  it.each([
    [['-c', 'echo hi'], []],
    [['--command=echo hi'], []],
    [
      ['-c', 'echo "$1"', 'one', 'two'],
      ['one', 'two'],
    ],
    [['-c', 'echo "$1"', '--', '-x'], ['-x']],
  ])('takes a line for the shell from %j', (argv, words) => {
    expect(parseCommand(argv)).toMatchObject({ shellLine: expect.stringMatching(/^echo /), words })
  })

  it('inherits nothing on demand', () => {
    expect(parseCommand(['--no-inherit-env', 'command']).inheritEnv).toBe(false)
  })
})

function parseCommand(argv: readonly string[]): CommandPlan {
  const plan = parseArgs(argv)
  if (plan.kind !== 'command') throw new Error(`not a command: ${plan.kind}`)
  return plan
}

function messageOf(argv: readonly string[]): string {
  try {
    parseArgs(argv)
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  throw new Error('nothing was refused')
}
