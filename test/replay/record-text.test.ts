import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRecord, parseRecord } from '../../src/replay/record-text.ts'
import type { StartRecord } from '../../src/replay/start-record.ts'

const FOLDER = '/home/me/.locker/lockerpm'
const PLACES = { cwd: '/app', folder: FOLDER }

/** Names that are the ends of others, and values that look like a part of the text. */
const name = fc.constantFrom('A', 'BA', '_A', 'A_A', 'ABA', 'B')
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  fc.constantFrom('A=B', ',A='),
)
const variables = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key })
const tag = fc.stringMatching(/^[\w-]{6}$/)

const record: fc.Arbitrary<StartRecord> = fc
  .tuple(variables, fc.array(tag, { minLength: 6, maxLength: 6 }), fc.boolean())
  .map(([injected, tags, isMarked]) => ({
    witnesses: [
      { path: '/app/.env', found: 'A="\0"\n' },
      { path: '/locker.json', found: false },
      { path: '/app/more/.env', found: true },
    ],
    outcome: {
      view: { file: `${FOLDER}/owner.place.view`, signature: '1 2 3', validatedAtMs: 4 },
      restTimeSeconds: 60,
      kept: ['K'],
      replaced: [],
      required: ['R'],
      deletions: ['D'],
      injected,
      marker: isMarked
        ? `1.place.scope.check.${injected.map(([key], at) => `${key}=${tags[at]}`).join(',')}`
        : null,
    },
  }))

describe('the text of a record', () => {
  it('is read back as what was said', () => {
    fc.assert(
      fc.property(record, (said) => {
        const text = formatRecord(said, PLACES)
        expect(text).toBeTypeOf('string')
        expect(parseRecord(text ?? '', PLACES)).toEqual(said)
      }),
    )
  })

  it('is read back where there is no outcome', () => {
    const said = { witnesses: [{ path: '/app/.env', found: false }], outcome: null }
    expect(parseRecord(formatRecord(said, PLACES) ?? '', PLACES)).toEqual(said)
  })

  it.each<[string, (outcome: NonNullable<StartRecord['outcome']>) => object]>([
    ['a value holds what separates them', () => ({ injected: [['A', 'before\0after']] })],
    ['the marker names something else', () => ({ marker: '1.place.scope.check.OTHER=aaaaaa' })],
    ['the view is elsewhere', ({ view }) => ({ view: { ...view, file: '/elsewhere/owner.place.view' } })],
  ])('is not made where %s', (_, change) => {
    const [said] = fc.sample(record, { numRuns: 1, seed: 1 })
    if (!said?.outcome) throw new Error('no outcome')
    const outcome = { ...said.outcome, injected: [['A', 'b'] as const], marker: null }
    const changed: StartRecord = { ...said, outcome: { ...outcome, ...change(said.outcome) } }
    expect(formatRecord(changed, PLACES)).toBeUndefined()
  })
})
