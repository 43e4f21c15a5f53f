import { describe, expect, it } from 'vitest'
import { parseArgs } from '../../src/run/args.ts'

describe('a flag that stands instead of a command', () => {
  it.each([
    [['--export', 'json'], { kind: 'export', format: 'json' }],
    [['--export=k8s', '-e', 'staging'], { kind: 'export', format: 'k8s' }],
    [['--explain'], { kind: 'explain', isJson: false }],
    [['--json', '--explain', '--'], { kind: 'explain', isJson: true }],
    [['--seal', 'a b'], { kind: 'seal', file: 'a b' }],
  ])('makes of %j a task', (argv, task) => {
    expect(parseArgs(argv)).toMatchObject({ kind: 'task', task, inheritEnv: true })
  })

  it('goes with every setting', () => {
    const flags = new Map([
      ['environment', 'staging'],
      ['fetch', 'true'],
    ])
    expect(parseArgs(['-e', 'staging', '--export', 'json', '--fetch'])).toMatchObject({ flags })
  })

  it('explains what a command that inherits nothing would get', () => {
    expect(parseArgs(['--explain', '--no-inherit-env'])).toMatchObject({ inheritEnv: false })
  })

  it('makes a script that needs no secrets', () => {
    expect(parseArgs(['--completion', 'fish'])).toEqual({ kind: 'completion', shell: 'fish' })
  })

  it.each([
    [['--export', 'json', 'ls'], '--export takes no command: leave it out'],
    [['--seal', 'f', '--', 'ls'], '--seal takes no command: leave it out'],
    [['--export', 'json', '-c', 'ls'], "--export and --command can't be combined"],
    [['--explain', '--export', 'json'], "--export and --explain can't be combined"],
    [['--seal', 'f', '--explain'], "--explain and --seal can't be combined"],
    [['--export', 'json', '--json'], "--export and --json can't be combined"],
    [['--seal', 'f', '--no-inherit-env'], "--seal and --no-inherit-env can't be combined"],
    [['--json', 'ls'], '--json goes with --explain'],
    [['--export', 'toml'], '--export must be dotenv or json or yaml or shell or docker or github or k8s'],
    [['--export', 'canary'], '--export must be '],
    [['--export'], '--export needs a value: --export=dotenv|json|yaml|shell|docker|github|k8s'],
    [['--completion', 'tcsh'], '--completion must be bash or zsh or fish'],
    [['--explain=canary'], '--explain takes no value'],
    [['--exprot', 'json'], 'Did you mean --export?'],
  ])('refuses %j in one line', (argv, message) => {
    const parse = () => parseArgs(argv)
    expect(parse).toThrow(message)
    expect(parse).not.toThrow(/canary|\n/)
  })

  it.each([['--help'], ['--version']])('gives way to %s', (flag) => {
    expect(parseArgs(['--export', 'json', flag]).kind).toBe(flag.slice(2))
  })
})
