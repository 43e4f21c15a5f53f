import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldName, isSet, isVariableName, spellingsIn, toUpperSnake } from '../../src/environment/names.ts'

describe('isVariableName', () => {
  it.each(['A', '_', 'a1', 'DATABASE_URL', '__proto__', 'constructor'])('takes %s', (name) => {
    expect(isVariableName(name)).toBe(true)
  })

  it.each(['', '1A', 'a-b', 'a.b', 'a b', 'A\n', '\nA', 'A=B', 'É', 'Ａ', 'A\0', 'BASH_FUNC_x%%'])(
    'refuses %j',
    (name) => {
      expect(isVariableName(name)).toBe(false)
    },
  )
})

describe('toUpperSnake', () => {
  it.each([
    ['db.password', 'DB_PASSWORD'],
    ['dbPassword', 'DB_PASSWORD'],
    ['DB_PASSWORD', 'DB_PASSWORD'],
    ['db-password', 'DB_PASSWORD'],
    ['db password', 'DB_PASSWORD'],
    ['HTTPServer', 'HTTP_SERVER'],
    ['parseURL', 'PARSE_URL'],
    ['s3Bucket', 'S3_BUCKET'],
    ['S3Bucket', 'S3_BUCKET'],
    ['sha256SUM', 'SHA256_SUM'],
    ['DB2HOST', 'DB2HOST'],
    ['0a', '0A'],
    ['a::b', 'A_B'],
    ['DB__HOST', 'DB__HOST'],
    ['_private', '_PRIVATE'],
    ['clé', 'CLé'],
    ['', ''],
  ])('makes %j %j', (key, name) => {
    expect(toUpperSnake(key)).toBe(name)
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[aZ0_.]*$/)), (key) => {
        expect(toUpperSnake(toUpperSnake(key))).toBe(toUpperSnake(key))
      }),
    )
  })

  it('makes a variable’s name of any ASCII key that begins with a letter', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z]$/), fc.string({ unit: 'binary-ascii' }), (letter, rest) => {
        expect(isVariableName(toUpperSnake(letter + rest))).toBe(true)
      }),
    )
  })
})

describe('spellings', () => {
  it('are exact but on Windows', () => {
    const env = { Path: '/bin' }
    expect(spellingsIn(env, 'linux')('PATH')).toBeUndefined()
    expect(spellingsIn(env, 'linux')('Path')).toBe('Path')
    expect(spellingsIn(env, 'win32')('PATH')).toBe('Path')
    expect(foldName('Path', 'win32')).toBe(foldName('PATH', 'win32'))
  })

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty'])(
    'do not take %s for a variable',
    (name) => {
      expect(isSet({}, name)).toBe(false)
      expect(isSet(process.env, name)).toBe(false)
    },
  )

  it.each(['linux', 'win32'] as const)('have none of an undefined variable on %s', (platform) => {
    const spellingOf = spellingsIn({ A: undefined, B: '' }, platform)
    expect([spellingOf('A'), spellingOf('B')]).toEqual([undefined, 'B'])
  })

  it('take an empty variable for set and an undefined one for unset', () => {
    expect(isSet({ A: '' }, 'A')).toBe(true)
    expect(isSet({ A: undefined }, 'A')).toBe(false)
  })
})
