import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Setting } from '../../src/config/setting.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { LockerError } from '../../src/errors.ts'
import { oneLine } from '../../src/logger.ts'
import { parseArgs } from '../../src/run/args.ts'
import { FLAGS } from '../../src/run/flags.ts'

const ROWS: readonly Setting[] = SETTINGS
const FLAGGED = ROWS.filter(({ flag }) => flag !== undefined)

const text = fc.oneof(
  fc.constantFrom('', '-', '--', '=', 'a=b', '--help', '__proto__', 'a\nb'),
  fc.string({ unit: 'binary' }),
)
const spelling = fc.constantFrom(
  ...FLAGS.flatMap(({ name, short, isNegatable }) => {
    return [
      `--${name}`,
      ...(short === undefined ? [] : [`-${short}`]),
      ...(isNegatable ? [`--no-${name}`] : []),
    ]
  }),
)
const option = fc.oneof(
  spelling,
  fc.tuple(spelling, text).map(([flag, value]) => `${flag}=${value}`),
)
const argv = fc.array(
  fc.oneof(option, text, fc.constantFrom('--', 'node', '--nonsense', '--acess-key-id=x')),
  { maxLength: 8 },
)

it('any command line is a plan or one line that shows no value', () => {
  fc.assert(
    fc.property(argv, (words) => {
      const marked = words.map((word) => word.replace(/^(--?[a-z-]+=).+/s, '$1canary'))
      try {
        parseArgs(marked)
      } catch (error) {
        expect(error).toBeInstanceOf(LockerError)
        const { message } = error as LockerError
        expect(message).toBe(oneLine(message))
        expect(message).not.toContain('canary')
      }
    }),
  )
})

it('a command is the end of its command line, word by word', () => {
  fc.assert(
    fc.property(argv, (words) => {
      const plan = planOf(words)
      if (plan?.kind === 'command') expect(words.slice(words.length - plan.words.length)).toEqual(plan.words)
    }),
  )
})

it('whatever follows -- is the command, and changes nothing before it', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (words) => {
      expect(parseArgs(['-e', 'staging', '--', ...words])).toMatchObject({
        kind: 'command',
        flags: new Map([['environment', 'staging']]),
        words,
      })
    }),
  )
})

it('a setting given as a flag is read as it is written', () => {
  const settings = fc.uniqueArray(fc.tuple(fc.constantFrom(...FLAGGED), text), {
    selector: ([{ key }]) => key,
  })
  fc.assert(
    fc.property(settings, (given) => {
      const flags = given.map(([{ flag }, value]) => `--${flag}=${value}`)
      const plan = planOf([...flags, 'command'])
      expect(plan).toMatchObject({
        flags: new Map(given.map(([{ key }, value]) => [key, value])),
        words: ['command'],
      })
    }),
  )
})

function planOf(words: readonly string[]): ReturnType<typeof parseArgs> | undefined {
  try {
    return parseArgs(words)
  } catch {
    return undefined
  }
}
