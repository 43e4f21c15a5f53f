import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { formatGithubMasks } from '../../src/environment/format-github.ts'
import { LockerError } from '../../src/errors.ts'
import { entriesOf, identifier, mapOf, NASTY_VALUES } from './format-values.ts'

/** The file of GITHUB_ENV as a runner takes it: lines end at LF, on Windows at CRLF as well. */
function readEnvFile(text: string, lineEnd: RegExp): Record<string, string> {
  const variables: Record<string, string> = {}
  let rest = text
  function readLine(): { line: string; end: string } {
    const end = lineEnd.exec(rest)
    if (end === null) throw new Error('no delimiter')
    const line = rest.slice(0, end.index)
    rest = rest.slice(end.index + end[0].length)
    return { line, end: end[0] }
  }
  while (rest !== '') {
    const [name = '', delimiter = ''] = readLine().line.split(/<<(.*)/s)
    let value = ''
    for (let next = readLine(); next.line !== delimiter; next = readLine()) value += next.line + next.end
    variables[name] = value.replace(new RegExp(`(?:${lineEnd.source})$`), '')
  }
  return variables
}

const RUNNERS: [string, RegExp][] = [
  ['Linux', /\n/],
  ['Windows', /\r?\n/],
]

describe('github', () => {
  it.each(RUNNERS)('is read back by a runner on %s, or refused', (_, lineEnd) => {
    let [tried, taken] = [0, 0]
    fc.assert(
      fc.property(mapOf(identifier), (values) => {
        tried++
        let text: string
        try {
          text = formatEnvironment('github', values)
        } catch (error) {
          expect(error).toBeInstanceOf(LockerError)
          expect([...values.values()].some((value) => value.endsWith('\r'))).toBe(true)
          return
        }
        taken++
        expect(readEnvFile(text, lineEnd)).toEqual(entriesOf(values))
      }),
    )
    expect(taken / tried).toBeGreaterThan(0.2)
  })

  it.each(RUNNERS)('carries all kinds of trouble to a runner on %s', (_, lineEnd) => {
    const carried = NASTY_VALUES.filter((value) => !value.endsWith('\r'))
    const values = new Map(carried.map((value, index) => [`X_${index}`, value]))
    expect(readEnvFile(formatEnvironment('github', values), lineEnd)).toEqual(entriesOf(values))
  })

  it('takes another long random delimiter for each value, every time', () => {
    const values = new Map([
      ['A', 'x'],
      ['B', 'x'],
    ])
    const texts = Array.from({ length: 100 }, () => formatEnvironment('github', values)).join('')
    const delimiters = Array.from(texts.matchAll(/<<(.*)/g), ([, delimiter]) => delimiter)
    expect(new Set(delimiters).size).toBe(200)
    for (const delimiter of delimiters) expect(delimiter).toMatch(/^locker_[0-9a-f-]{36}$/)
  })

  it.each(['END', 'a\nEND\nb', 'xENDx'])('refuses %j, which holds its delimiter', (value) => {
    const end = () => 'END'
    expect(() => formatEnvironment('github', new Map([['A', value]]), end)).toThrow(
      `"A" can't be written as github: its value holds the delimiter. `,
    )
  })

  it.each(['a\r', '\r', 'a\n\r'])('refuses %j, whose end a runner on Windows would cut', (value) => {
    expect(() => formatEnvironment('github', new Map([['A', value]]))).toThrow(
      `"A" can't be written as github: its value ends with a carriage return. `,
    )
  })

  it('is empty for no variables', () => {
    expect(formatEnvironment('github', new Map())).toBe('')
  })
})

/** The masks that a runner sets for these commands. */
function readMasks(text: string): string[] {
  return text.split(/(?<=\n)/).map((command) => {
    const [, data] = /^::add-mask::(.*)\n$/s.exec(command) ?? []
    if (data === undefined || data.trim() === '') throw new Error('no mask')
    return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
  })
}

describe('formatGithubMasks', () => {
  it.each([
    ['one line', 'hunter2', '::add-mask::hunter2\n'],
    ['each line', 'a\nb\r\nc\rd', '::add-mask::a\n::add-mask::b\n::add-mask::c\n::add-mask::d\n'],
    ['no blank line', 'a\n\n  \n\t\nb\n', '::add-mask::a\n::add-mask::b\n'],
    ['nothing', '', ''],
    ['blanks around a line', '  a  ', '::add-mask::  a  \n'],
    ['percent signs, each one', '100%0A%25', '::add-mask::100%250A%2525\n'],
    ['colons', '::set-env::', '::add-mask::::set-env::\n'],
    ['a line that is there twice, once', 'a\nb\na', '::add-mask::a\n::add-mask::b\n'],
  ])('masks %s', (_, value, expected) => {
    expect(formatGithubMasks(new Map([['A', value]]))).toBe(expected)
  })

  it('masks every value, and what two of them share once', () => {
    const values = new Map([
      ['A', 'one\ntwo'],
      ['B', 'two\nthree'],
    ])
    expect(formatGithubMasks(values)).toBe('::add-mask::one\n::add-mask::two\n::add-mask::three\n')
  })

  it('is empty for no variables', () => {
    expect(formatGithubMasks(new Map())).toBe('')
  })

  it('makes a runner mask every line that isn’t blank, and nothing else', () => {
    fc.assert(
      fc.property(mapOf(identifier), (values) => {
        const text = formatGithubMasks(values)
        const masks = text === '' ? [] : readMasks(text)
        const lines = [...values.values()].flatMap((value) => value.split(/\r\n|\r|\n/))
        expect(new Set(masks)).toEqual(new Set(lines.filter((line) => line.trim() !== '')))
      }),
    )
  })
})
