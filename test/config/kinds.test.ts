import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defineKind, type Kind, Problem } from '../../src/config/kind.ts'
import * as kinds from '../../src/config/kinds.ts'

const FOLDER = resolve('/somewhere')
const ID = '11111111-1111-4111-8111-111111111111'
const SECRET = Buffer.alloc(32, 7).toString('base64')
const count = kinds.integer('MS', 'milliseconds', 1, 600_000)
const word = kinds.choice('exit', 'warn')

type Case = readonly [string, Kind<unknown>, string, unknown]

describe('from text', () => {
  it.each<Case>([
    ['a boolean', kinds.BOOLEAN, 'true', true],
    ['a boolean', kinds.BOOLEAN, '1', true],
    ['a boolean', kinds.BOOLEAN, 'false', false],
    ['a boolean', kinds.BOOLEAN, '0', false],
    ['an integer', count, '600000', 600_000],
    ['a word', word, 'warn', 'warn'],
    ['globs', kinds.GLOBS, ' a*, ?b ,,', ['a*', '?b']],
    ['names', kinds.NAMES, 'A,_b', ['A', '_b']],
    ['no names', kinds.NAMES, '', []],
    ['override', kinds.OVERRIDE, 'true', true],
    ['override', kinds.OVERRIDE, '0', false],
    ['override', kinds.OVERRIDE, 'A, B', ['A', 'B']],
    ['a prefix', kinds.PREFIX, 'APP_', 'APP_'],
    ['no prefix', kinds.PREFIX, '', ''],
    ['no prefix, in a variable', kinds.PREFIX, ',', ''],
    ['an environment', kinds.ENVIRONMENT, 'production', 'production'],
    ['a file', kinds.FILE, 'a/b', resolve(FOLDER, 'a/b')],
    ['a folder', kinds.FOLDER_OR_FALSE, '/a', resolve('/a')],
    ['no folder', kinds.FOLDER_OR_FALSE, 'false', false],
    ['no folder', kinds.FOLDER_OR_FALSE, '0', false],
    [
      'files',
      kinds.FILES_OR_FALSE,
      '.env.local,.env',
      ['.env.local', '.env'].map((file) => resolve(FOLDER, file)),
    ],
    ['no files', kinds.FILES_OR_FALSE, 'false', false],
    ['a log level', kinds.LOG_LEVEL, 'debug', 2],
    ['a log level', kinds.LOG_LEVEL, '0', 0],
    ['a log level', kinds.LOG_LEVEL, '1', 1],
    ['a log level', kinds.LOG_LEVEL, 'none', 0],
    ['a log level', kinds.LOG_LEVEL, 'error', 1],
    ['headers', kinds.HEADERS, 'A: b', { A: 'b' }],
    ['a base', kinds.API_BASE, 'https://a/b/', 'https://a/b'],
    ['an id', kinds.ACCESS_KEY_ID, ID, ID],
    ['a secret', kinds.SECRET_ACCESS_KEY, SECRET, SECRET],
  ])('reads %s', (_, kind, text, value) => {
    const read = kind.parse(text, FOLDER)
    expect(read).not.toBeInstanceOf(Problem)
    expect(read).toEqual(value)
    expect(kind.decode(text, FOLDER)).toEqual(value)
  })

  it.each<readonly [string, Kind<unknown>, string]>([
    ['another word for true', kinds.BOOLEAN, 'yes'],
    ['capitals', kinds.BOOLEAN, 'TRUE'],
    ['an integer below its range', count, '0'],
    ['an integer above its range', count, '600001'],
    ['an integer with a unit', count, '10s'],
    ['a negative integer', count, '-1'],
    ['a fraction', count, '1.5'],
    ['another radix', count, '0x10'],
    ['a number of any length', count, '9'.repeat(100)],
    ['an unknown word', word, 'stop'],
    ['names separated by spaces', kinds.NAMES, 'A B'],
    ['names separated by spaces', kinds.OVERRIDE, 'A B'],
    ['a prefix that no name can have', kinds.PREFIX, 'my-'],
    ['an empty environment', kinds.ENVIRONMENT, ''],
    ['an empty path', kinds.FILE, ''],
    ['a boolean for a file', kinds.FILE, 'true'],
    ['a path with a NUL', kinds.FILE, 'a\0b'],
    ['true for a folder', kinds.FOLDER_OR_FALSE, 'true'],
    ['true for files', kinds.FILES_OR_FALSE, 'true'],
    ['no file at all', kinds.FILES_OR_FALSE, ','],
    ['an unknown log level', kinds.LOG_LEVEL, '3'],
    ['headers without a colon', kinds.HEADERS, 'canary-value'],
    ['a base without a scheme', kinds.API_BASE, 'api.locker.io'],
    ['an id that is no UUID', kinds.ACCESS_KEY_ID, 'canary-value'],
    ['a space behind an id', kinds.ACCESS_KEY_ID, `${ID} `],
    ['a secret without its padding', kinds.SECRET_ACCESS_KEY, SECRET.replace(/=+$/, '')],
    ['junk in a secret', kinds.SECRET_ACCESS_KEY, `${SECRET}\n`],
    ['an empty secret', kinds.SECRET_ACCESS_KEY, ''],
  ])('refuses %s', (_, kind, text) => {
    const read = kind.parse(text, FOLDER)
    expect(read).toBeInstanceOf(Problem)
    if (read instanceof Problem && text !== '') expect(read.text).not.toContain('canary')
  })
})

describe('from JSON and code', () => {
  it.each<readonly [string, Kind<unknown>, unknown, unknown]>([
    ['a boolean', kinds.BOOLEAN, true, true],
    ['a number', count, 5, 5],
    ['a list of globs', kinds.GLOBS, ['a,b'], ['a,b']],
    ['a list of names', kinds.NAMES, ['A'], ['A']],
    ['override as a boolean', kinds.OVERRIDE, true, true],
    ['override as a list', kinds.OVERRIDE, ['A'], ['A']],
    ['null for ALL', kinds.ENVIRONMENT, null, ''],
    ['empty text for ALL', kinds.ENVIRONMENT, '', ''],
    ['false for a folder', kinds.FOLDER_OR_FALSE, false, false],
    ['false for files', kinds.FILES_OR_FALSE, false, false],
    ['a list of files', kinds.FILES_OR_FALSE, ['a,b'], [resolve(FOLDER, 'a,b')]],
    ['a log level as a number', kinds.LOG_LEVEL, 2, 2],
    ['headers as a record', kinds.HEADERS, { A: 'b, c' }, { A: 'b, c' }],
  ])('takes %s', (_, kind, value, expected) => {
    expect(kind.decode(value, FOLDER)).toEqual(expected)
  })

  it.each<readonly [string, Kind<unknown>, unknown]>([
    ['a number for a boolean', kinds.BOOLEAN, 1],
    ['a fraction', count, 1.5],
    ['NaN', count, Number.NaN],
    ['a list with an empty name', kinds.NAMES, ['']],
    ['a list with a number', kinds.GLOBS, [1]],
    ['true for a folder', kinds.FOLDER_OR_FALSE, true],
    ['an empty list of files', kinds.FILES_OR_FALSE, []],
    ['a list of files with a boolean', kinds.FILES_OR_FALSE, ['a', 'true']],
    ['a number for an environment', kinds.ENVIRONMENT, 1],
    ['null for a file', kinds.FILE, null],
    ['a log level out of range', kinds.LOG_LEVEL, 3],
    ['a list of headers', kinds.HEADERS, ['A: b']],
    ['a header that is no text', kinds.HEADERS, { A: 1 }],
    ['an object for a word', word, {}],
  ])('refuses %s', (_, kind, value) => {
    expect(kind.decode(value, FOLDER)).toBeInstanceOf(Problem)
  })
})

describe('a flag', () => {
  it('takes a value, has no opposite and is given once, unless its kind says otherwise', () => {
    const plain = defineKind({ placeholder: 'TEXT', mustBe: 'text', parse: (text) => text })
    expect(plain).toMatchObject({ argument: 'required', isNegatable: false, isRepeatable: false })
    expect(kinds.OVERRIDE).toMatchObject({ argument: 'optional', isNegatable: true, isRepeatable: true })
  })
})

describe('a list from code', () => {
  it.each([
    ['globs', kinds.GLOBS],
    ['names', kinds.NAMES],
    ['files', kinds.FILES_OR_FALSE],
    ['override', kinds.OVERRIDE],
  ] as const)('of %s holds texts alone, none of them empty', (_, kind) => {
    for (const value of [['A', 7], ['A', ''], [7], {}]) {
      expect(kind.decode(value, FOLDER)).toBeInstanceOf(Problem)
    }
  })
})

describe('--help and errors', () => {
  it.each([
    ['BOOLEAN', kinds.BOOLEAN, 'must be true, false, 1 or 0', true, false],
    ['GLOBS', kinds.GLOBS, 'must be globs, separated by commas', false, true],
    ['NAMES', kinds.NAMES, 'must be names of variables, separated by commas', false, true],
    ['NAMES', kinds.OVERRIDE, 'must be true, false, or names of variables, separated by commas', true, true],
    ['TEXT', kinds.PREFIX, 'must be the beginning of a variable name: letters, digits and _', false, false],
    ['NAME', kinds.ENVIRONMENT, 'must be the name of an environment, or ALL', false, false],
    ['FILE', kinds.FILE, 'must be the path of a file', false, false],
    ['FOLDER', kinds.FOLDER_OR_FALSE, 'must be the path of a folder, or false', true, false],
    ['FILES', kinds.FILES_OR_FALSE, 'must be paths of files, separated by commas, or false', true, true],
    ['LEVEL', kinds.LOG_LEVEL, 'must be 0 (none), 1 (error) or 2 (debug)', false, false],
    ['exit|warn', word, 'must be exit or warn', false, false],
    ['MS', count, 'must be a whole number of milliseconds from 1 to 600000', false, false],
  ])('show %s, and what it must be', (placeholder, kind, text, isNegatable, isRepeatable) => {
    expect(kind).toMatchObject({ placeholder, isNegatable, isRepeatable })
    expect(kind.decode(new Date(), FOLDER)).toEqual(new Problem(text))
  })
})
