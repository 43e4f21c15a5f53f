/** The search itself: what it misses, no other test would find. */
import { describe, expect, it } from 'vitest'
import { findCredentials, findLeaks, VALUES } from './canaries.ts'

const VALUE = VALUES.ALL.DATABASE_URL
const KEY = Buffer.alloc(32, 0xc7).fill('key', 3, 20).toString('base64')

const FORMS: readonly (readonly [string, (bytes: Buffer) => string])[] = [
  ['as it is', (bytes) => bytes.toString('latin1')],
  ['in hex', (bytes) => bytes.toString('hex')],
  ['in upper-case hex', (bytes) => bytes.toString('hex').toUpperCase()],
  ['in UTF-16', (bytes) => Buffer.from(bytes.toString(), 'utf16le').toString('latin1')],
  ['as part of a URL', (bytes) => encodeURIComponent(bytes.toString())],
  ...['', 'a', 'ab'].map(
    (before) =>
      [
        `in base64 after ${before.length} bytes`,
        (bytes: Buffer) => Buffer.concat([Buffer.from(before), bytes, Buffer.from('…')]).toString('base64'),
      ] as const,
  ),
  ['in base64 for URLs', (bytes) => bytes.toString('base64url')],
]

describe('the search for canaries', () => {
  it.each(FORMS)('finds a value %s', (_, form) => {
    expect(findLeaks(`before${form(Buffer.from(VALUE))}after`, [])).toEqual([VALUE])
  })

  it.each(FORMS)('finds a key, known by its base64, %s', (_, form) => {
    expect(findCredentials(`before${form(Buffer.from(KEY))}after`, [KEY])).toEqual([KEY])
  })

  it.each(FORMS.filter(([name]) => !/UTF-16|URL$/.test(name)))("finds a key's bytes %s", (_, form) => {
    expect(findCredentials(`before${form(Buffer.from(KEY, 'base64'))}after`, [KEY])).toEqual([KEY])
  })

  it('finds nothing where there is nothing', () => {
    expect(findLeaks('DATABASE_URL and API_TOKEN were set', [KEY])).toEqual([])
  })
})
