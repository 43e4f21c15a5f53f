import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMask } from '../../src/run/mask.ts'
import { Search } from '../../src/run/mask-search.ts'
import { toPatterns } from '../../src/run/mask-values.ts'

/** Few letters, so that values overlap, contain and begin one another all the time. */
const secret = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 8, maxLength: 20 })
const secrets = fc.array(secret, { minLength: 1, maxLength: 6 })

/** Values, and a text that is full of them and of pieces of them. */
const cases = secrets.chain((values) => {
  const piece = fc
    .tuple(fc.constantFrom(...values), fc.nat(20), fc.nat(20))
    .map(([value, from, length]) => value.slice(from, from + length))
  const text = fc.array(fc.oneof(piece, fc.constantFrom(...values), fc.string()), { maxLength: 12 })
  return fc.record({ values: fc.constant(values), text: text.map((parts) => Buffer.from(parts.join(''))) })
})

describe('the mask', () => {
  it.each([
    ['one value', ['password1'], 'x password1 y', 'x *** y'],
    ['one after the other', ['password1'], 'password1password1', '******'],
    ['the longest of those that begin alike', ['password', 'password-long'], 'password-long!', '***!'],
    ['the shorter where the longer does not come', ['password', 'password-long'], 'password-l', '***-l'],
    ['one inside another', ['password-long', 'word-lon'], 'password-long', '***'],
    ['one inside another that does not come', ['password-long', 'word-lon'], 'pass+word-lon', 'pass+***'],
    ['one that comes in place of another', ['xabcdefgz', 'abcdefgh'], 'xabcdefghxabcdefgh', 'x***x***'],
    ['nothing of two that overlap', ['abcdefgh', 'efghijkl'], '<abcdefghijkl>', '<***>'],
    ['nothing of one that overlaps itself', ['abababab'], '<ababababab>', '<***>'],
    ['one that a longer one begins before', ['cdefghij', 'abcdefghijkl'], 'abcdefghijkl', '***'],
    ['nothing else', ['password1'], 'passwordpassword2', 'passwordpassword2'],
    ['characters of several bytes', ['пароль-мой'], 'это пароль-мой!', 'это ***!'],
  ])('replaces %s', (_, values, text, expected) => {
    const bytes = Buffer.from(text)
    for (const size of [bytes.length, 1, 2, 3]) {
      const places = [...bytes.keys()].filter((place) => place % size === 0)
      expect(maskAll(values, cut(bytes, places))).toBe(expected)
    }
  })

  it('replaces every byte that belongs to a value, and nothing else', () => {
    fc.assert(
      fc.property(cases, ({ values, text }) => {
        expect(maskAll(values, [text])).toBe(maskNaively(values, text))
      }),
    )
  })

  it('does not depend on how the stream is cut', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat(200)), ({ values, text }, cuts) => {
        const expected = maskAll(values, [text])
        expect(maskAll(values, cut(text, cuts))).toBe(expected)
        expect(maskAll(values, cut(text, [...text.keys()]))).toBe(expected)
      }),
    )
  })

  it('leaves no value behind', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat(200)), ({ values, text }, cuts) => {
        const output = maskAll(values, cut(text, cuts))
        for (const value of values) expect(output).not.toContain(value)
      }),
    )
  })

  it('holds back only what a value begins with, and less than all of one', () => {
    fc.assert(
      fc.property(cases, ({ values, text }) => {
        const mask = createMask(new Search(values.map((value) => Buffer.from(value))))
        const longest = Math.max(...values.map((value) => Buffer.byteLength(value)))
        const sent = mask.push(text)
        const held = mask.end()
        expect(held.length).toBeLessThan(longest)
        // What replaces a value that goes on in what is held has gone out before.
        if (sent.length + held.length < text.length) return
        expect(isBeginning(values, held)).toBe(true)
      }),
    )
  })

  it('does not wait for more when a whole value has come', () => {
    const mask = createMask(new Search([Buffer.from('password1')]))
    expect(mask.push(Buffer.from('x password1')).toString()).toBe('x ***')
  })

  it('gives a chunk on as it is when there is nothing to replace', () => {
    const mask = createMask(new Search([Buffer.from('password1')]))
    const chunk = Buffer.from('a prompt: ')
    expect(mask.push(chunk)).toBe(chunk)
    expect(mask.push(Buffer.from('pass')).length).toBe(0)
    expect(mask.push(Buffer.from('ed')).toString()).toBe('passed')
  })

  it('does not touch bytes that are no text', () => {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256))
    expect(createMask(new Search([Buffer.from('password1')])).push(bytes)).toBe(bytes)
  })

  it('takes a thousand values and those that make it fall back all the time', () => {
    const values = Array.from({ length: 1000 }, (_, index) => `${'a'.repeat(100 + index)}b`)
    const text = Buffer.from(`${'a'.repeat(50_000)}c`.repeat(10))
    expect(maskAll(values, [text])).toBe(text.toString())
  })
})

describe('what is looked for', () => {
  it.each<[string, (string | undefined)[], string[]]>([
    ['values of eight characters and more', ['1234567', '12345678'], ['12345678']],
    ['nothing of a value that is no text', [undefined], []],
    ['characters, not bytes', ['ééééééé', 'éééééééé'], ['éééééééé']],
    ['characters, not halves of them', ['🔑🔑🔑🔑', '🔑🔑🔑🔑🔑🔑🔑🔑'], ['🔑🔑🔑🔑🔑🔑🔑🔑']],
    ['each value once', ['password1', 'password1'], ['password1']],
    [
      'lines, without the blanks around them',
      ['{\n  "password": 1\r\n}\n'],
      ['{\n  "password": 1\r\n}\n', '"password": 1'],
    ],
  ])('is %s', (_, values, expected) => {
    expect(toPatterns(values).map(String)).toEqual(expected)
  })
})

function maskAll(values: readonly string[], chunks: readonly Buffer[]): string {
  const mask = createMask(new Search(values.map((value) => Buffer.from(value))))
  return Buffer.concat([...chunks.map(mask.push), mask.end()]).toString()
}

/** Marks the bytes of every occurrence, then joins occurrences that share one. */
function maskNaively(values: readonly string[], text: Buffer): string {
  const ranges = values.flatMap((value) => {
    const starts = [...text.keys()].filter((start) => text.indexOf(value, start) === start)
    return starts.map((start) => [start, start + Buffer.byteLength(value)] as const)
  })
  let output = ''
  let position = 0
  for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
    if (start >= position) output += `${text.subarray(position, start)}***`
    position = Math.max(position, end)
  }
  return output + text.subarray(position).toString()
}

function cut(text: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.filter((place) => place < text.length).sort((a, b) => a - b), text.length]
  return places.slice(1).map((place, index) => text.subarray(places[index], place))
}

function isBeginning(values: readonly string[], bytes: Buffer): boolean {
  return values.some((value) => Buffer.from(value).subarray(0, bytes.length).equals(bytes))
}
