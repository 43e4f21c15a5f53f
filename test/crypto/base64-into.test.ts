import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Into } from '../../src/crypto/base64-into.ts'
import { decodeBase64 } from '../../src/crypto/enc-string.ts'

/** By way of a text around it and memory around the bytes. */
function decode(text: string, before = '|', after = '|'): Buffer | undefined {
  const into = Buffer.alloc(text.length + 8)
  const whole = before + text + after
  const length = decodeBase64Into(whole, before.length, before.length + text.length, into, 3)
  return length < 0 ? undefined : into.subarray(3, 3 + length)
}

const LIKELY = [...'ABab+/-_=.| Qgw01']

describe('decodeBase64Into', () => {
  it('gives the bytes that were encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decode(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it.each([
    ['likely characters', fc.string({ unit: fc.constantFrom(...LIKELY), maxLength: 12 })],
    ['any characters', fc.string({ unit: 'binary', maxLength: 12 })],
    ['digits', fc.base64String({ maxLength: 12 })],
  ])('takes of %s what decodeBase64 takes, and nothing else', (_, texts) => {
    const around = fc.constantFrom('=', '|', 'A', '')
    fc.assert(
      fc.property(texts, around, around, (text, before, after) => {
        expect(decode(text, before, after)).toEqual(decodeBase64(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('writes nothing beyond the end of what it is given', () => {
    const into = new Uint8Array(4)
    expect(decodeBase64Into('AQIDBAUG', 0, 8, into.subarray(0, 3), 0)).toBe(6)
    expect([...into]).toEqual([1, 2, 3, 0])
  })
})
