import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../src/environment/glob.ts'

describe('matchesGlob', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything at all', true],
    ['?', 'a', true],
    ['?', '', false],
    ['?', '💥', true],
    ['DB_*', 'DB_PASSWORD', true],
    ['DB_*', 'DB_', true],
    ['DB_*', 'XDB_A', false],
    ['*_KEY', 'API_KEY', true],
    ['*_KEY', 'API_KEY_ID', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a??', 'abc', true],
    ['a**', 'a', true],
    ['db_*', 'DB_A', false],
    ['a.b', 'axb', false],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['a+(b)', 'ab', false],
  ])('%j on %j: %s', (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches)
  })

  it('agrees with the regular expression of the same meaning', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 })
    fc.assert(
      fc.property(texts, texts, (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`, 's').test(text))
      }),
    )
  })

  it('answers a hostile pattern, where a backtracking one never would', () => {
    expect(matchesGlob(`${'a*'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false)
  })
})
