import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNearest, suggest } from '../../src/config/nearest.ts'

const KNOWN = ['LOCKER_ENVIRONMENT', 'LOCKER_FETCH', 'LOCKER_CACHE']

describe('findNearest', () => {
  it.each([
    ['a missing letter', 'LOCKER_ENVIROMENT', 'LOCKER_ENVIRONMENT'],
    ['an extra letter', 'LOCKER_ENVIRONMENTS', 'LOCKER_ENVIRONMENT'],
    ['a wrong letter', 'LOCKER_FECCH', 'LOCKER_FETCH'],
    ['two neighbours swapped', 'LOCKER_FETHC', 'LOCKER_FETCH'],
    ['two slips', 'LOCKER_EVIROMENT', 'LOCKER_ENVIRONMENT'],
    ['letters moved further', 'LOCKER_AHCCE', undefined],
    ['two swaps', 'OLCKER_FETHC', 'LOCKER_FETCH'],
    ['a swap of the first two, and a slip', 'OLCKER_FETC', 'LOCKER_FETCH'],
    ['three slips', 'LOCKER_EVIROMNT', undefined],
    ['another word', 'LOCKER_HOME_PAGE', undefined],
  ])('judges %s', (_, text, nearest) => {
    expect(findNearest(text, KNOWN)).toBe(nearest)
  })

  it('chooses the nearer of two', () => {
    expect(findNearest('abcx', ['abyy', 'abcd'])).toBe('abcd')
    expect(findNearest('b', ['cd', 'ab'])).toBe('ab')
    // A swap is one edit, and what only looks like one is two.
    expect(findNearest('abdc', ['abxy', 'abcd'])).toBe('abcd')
    expect(findNearest('abdx', ['abcd', 'abdy'])).toBe('abdy')
    expect(findNearest('abxc', ['abcd', 'abyc'])).toBe('abyc')
  })

  it('finds any name after two edits', () => {
    const edit = fc.record({ at: fc.nat(8), remove: fc.nat(1), add: fc.stringMatching(/^[a-z]?$/) })
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{8}$/), fc.array(edit, { maxLength: 2 }), (name, edits) => {
        const text = edits.reduce((current, { at, remove, add }) => {
          return current.slice(0, at) + add + current.slice(at + remove)
        }, name)
        expect(findNearest(text, [name])).toBe(name)
      }),
    )
  })
})

describe('suggest', () => {
  it('ends a sentence, or adds nothing', () => {
    expect(suggest('LOCKER_CACH', KNOWN)).toBe('; did you mean LOCKER_CACHE?')
    expect(suggest('PORT', KNOWN)).toBe('')
  })
})
