import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openBlake3 } from '../../src/replay/blake3.ts'
import { openRecord, SALT_BYTES, sealRecord } from '../../src/replay/sealed-record.ts'

const blake3 = openBlake3()
const key = randomBytes(32)
const seal = (text: string) => sealRecord(blake3, key, randomBytes(SALT_BYTES), text)
/** Around what the key stream is made in. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer({ min: 8180, max: 8200 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 16_380, max: 16_390 }).map((length) => 'é'.repeat(length)),
)

describe('a sealed record', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(text, (sealed) => {
        expect(openRecord(blake3, key, seal(sealed))).toBe(sealed)
      }),
    )
  })

  it('does not open when any bit of it is another', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 0, max: 7 }), (sealed, place, bit) => {
        const bytes = seal(sealed)
        const at = place % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        expect(openRecord(blake3, key, bytes)).toBeUndefined()
      }),
    )
  })

  it('does not open when it is cut short, however short', () => {
    const bytes = seal('text')
    for (let length = 0; length < bytes.length; length++) {
      expect(openRecord(blake3, key, bytes.subarray(0, length))).toBeUndefined()
    }
  })

  it('does not open with another key', () => {
    expect(openRecord(blake3, randomBytes(32), seal('text'))).toBeUndefined()
  })

  it('never looks the same twice, and shows nothing of the text', () => {
    const [one, other] = [seal('canary'.repeat(100)), seal('canary'.repeat(100))]
    expect(one.equals(other)).toBe(false)
    expect(one.subarray(SALT_BYTES).equals(other.subarray(SALT_BYTES))).toBe(false)
    expect(one.includes('canary')).toBe(false)
  })
})
