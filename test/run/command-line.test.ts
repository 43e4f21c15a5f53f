import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LockerError } from '../../src/errors.ts'
import { parseArgs, type RunPlan } from '../../src/run/args.ts'
import { splitCommandLine } from '../../src/run/command-line.ts'
import { FLAGS } from '../../src/run/flags.ts'

describe('splitCommandLine', () => {
  it.each<[string[], string[], string[]]>([
    [['npm', 'start'], [], ['npm', 'start']],
    [['npm', '--', '-e', 'x'], [], ['npm', '--', '-e', 'x']],
    [['--', 'npm'], [], ['npm']],
    [
      ['-e', 'staging', '--', 'npm', '--', 'x'],
      ['-e', 'staging'],
      ['npm', '--', 'x'],
    ],
    [['', 'x'], [], ['', 'x']],
  ])('takes %j apart', (argv, options, words) => {
    expect(splitCommandLine(argv)).toEqual({ options, words })
  })

  it.each<[string[]]>([
    [[]],
    [['--']],
    [['-e', 'staging', 'npm']],
    [['-e', 'x', '--']],
    [['-']],
    [['--help']],
  ])('leaves %j to who knows the options', (argv) => {
    expect(splitCommandLine(argv)).toBeUndefined()
  })

  it('finds options that alone decide, wherever it finds the command that parseArgs finds', () => {
    const spelling = fc.constantFrom(...FLAGS.map(({ name }) => `--${name}`), '-e', '-c', '-', '--', '')
    const word = fc.oneof(spelling, fc.constantFrom('npm', '--prefix=X_', 'true', '1'), fc.string())
    let count = 0
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (argv) => {
        const [line, plan] = [splitCommandLine(argv), planOf(argv)]
        if (line === undefined || plan?.kind !== 'command') return
        if (JSON.stringify(plan.words) !== JSON.stringify(line.words)) return
        count += 1
        const words = ['another', '--', '-e', 'command']
        expect(parseArgs([...line.options, '--', ...words])).toEqual({ ...plan, words })
      }),
    )
    expect(count).toBeGreaterThan(10)
  })
})

function planOf(argv: readonly string[]): RunPlan | undefined {
  try {
    return parseArgs(argv)
  } catch (error) {
    if (error instanceof LockerError) return undefined
    throw error
  }
}
