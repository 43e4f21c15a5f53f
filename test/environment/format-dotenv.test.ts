import dotenv from 'dotenv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { LockerError } from '../../src/errors.ts'
import { entriesOf, mapOf, NASTY_VALUES, word } from './format-values.ts'

/** What both of dotenv's parsers read; undefined where the format refused. */
function roundTrip(values: ReadonlyMap<string, string>): Record<string, string> | undefined {
  let text: string
  try {
    text = formatEnvironment('dotenv', values)
  } catch (error) {
    expect(error).toBeInstanceOf(LockerError)
    return undefined
  }
  const read = dotenv.parse(text)
  expect(dotenv.parse(text, { fast: true })).toEqual(read)
  return read
}

const lineOf = (value: string) => formatEnvironment('dotenv', new Map([['A', value]]))

describe('dotenv', () => {
  it.each([
    ['single quotes', 'plain', "A='plain'\n"],
    ['single quotes, when empty', '', "A=''\n"],
    ['single quotes over several lines', 'a\nb\n', "A='a\nb\n'\n"],
    ['single quotes around a dollar, a hash and double quotes', '$a # "b"', 'A=\'$a # "b"\'\n'],
    ['double quotes around single ones', "it's", 'A="it\'s"\n'],
    ['double quotes, its line breaks escaped', "it's\ntwo", 'A="it\'s\\ntwo"\n'],
    ['double quotes for carriage returns', 'a\r\nb', 'A="a\\r\\nb"\n'],
    ['backquotes around the other two', '\'"', 'A=`\'"`\n'],
    ['backquotes when double ones would unescape', "it's \\n", "A=`it's \\n`\n"],
    ['single quotes when all three are inside one line', '\'"`', "A=''\"`'\n"],
    ['double quotes when all three are inside several lines', '\'"`\n', 'A="\'"`\\n"\n'],
    ['quotes that can hold escaped ones', '#\\\'"`', "A='#\\'\"`'\n"],
    ['a comment that stops what a backslash at the end would start', 'C:\\', "A='C:\\' # '.\n"],
    ['the same in double quotes', "it's\\", 'A="it\'s\\" # ".\n'],
  ])('takes %s', (_, value, expected) => {
    expect(lineOf(value)).toBe(expected)
    expect(roundTrip(new Map([['A', value]]))).toEqual({ A: value })
  })

  it.each([
    ['a hash among all three quotes', '# \'"`'],
    ['a carriage return beside a literal \\n', 'a\r\\n'],
    ['a carriage return beside a literal \\r', 'a\r\\r'],
    ['a carriage return, double quotes and a hash', '\r"#'],
    ['several lines, all three quotes and a literal \\n', '\'"`\n\\n'],
    ['line separators among all three quotes', '\'"`\u2028'],
    ['paragraph separators among all three quotes', '\'"`\u2029'],
  ])('refuses %s', (_, value) => {
    expect(() => lineOf(value)).toThrow(
      `"A" can't be written as dotenv: no quotes carry its mix of quotes, line breaks, # and backslashes. `,
    )
  })

  it('gives back unchanged whatever it takes', () => {
    let [tried, taken] = [0, 0]
    fc.assert(
      fc.property(mapOf(word), (values) => {
        tried++
        const read = roundTrip(values)
        if (read === undefined) return
        taken++
        expect(read).toEqual(entriesOf(values))
      }),
    )
    expect(taken / tried).toBeGreaterThan(0.2)
  })

  it('gives back every short mix of what its parser treats specially, beside neighbours of the same kind', () => {
    const pieces = ["'", '"', '`', '\\', '#', ' ', '\n', '\r', 'n', '=']
    const texts = mixesOf(pieces, 4)
    const values = new Map(texts.filter(isTaken).map((text, index) => [`A${index}`, text]))
    expect(roundTrip(values)).toEqual(entriesOf(values))
    expect(values.size / texts.length).toBeGreaterThan(0.9)
  })

  it('carries values of single kinds of trouble, all in one file', () => {
    const values = new Map(NASTY_VALUES.map((value, index) => [`A${index}`, value]))
    expect(roundTrip(values)).toEqual(entriesOf(values))
  })
})

function isTaken(value: string): boolean {
  try {
    lineOf(value)
    return true
  } catch {
    return false
  }
}

/** Every text of up to so many of these pieces. */
function mixesOf(pieces: readonly string[], length: number): string[] {
  if (length === 0) return ['']
  const shorter = mixesOf(pieces, length - 1)
  return [...new Set(shorter.flatMap((text) => [text, ...pieces.map((piece) => text + piece)]))]
}
