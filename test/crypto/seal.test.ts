import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seal, sealingKey, unseal } from '../../src/crypto/seal.ts'

const secretBytes = randomBytes(32)
const key = sealingKey(secretBytes, 'a purpose')
const HEADER = 'a header'

const text = fc.string({ unit: 'binary', maxLength: 100 })

function flipBit(bytes: Buffer, at: number, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
  return changed
}

describe('unseal', () => {
  it('opens what was sealed, whatever text and header it is', () => {
    fc.assert(
      fc.property(text, text, (content, header) => {
        expect(unseal(key, header, seal(key, header, content))).toBe(content)
      }),
    )
  })

  it('refuses any flipped bit', () => {
    const sealed = seal(key, HEADER, 'some content')
    for (let at = 0; at < sealed.length; at++) {
      for (let bit = 0; bit < 8; bit++) expect(unseal(key, HEADER, flipBit(sealed, at, bit))).toBeUndefined()
    }
  })

  it('refuses any other length', () => {
    const sealed = seal(key, HEADER, 'some content')
    for (let length = 0; length < sealed.length; length++) {
      expect(unseal(key, HEADER, sealed.subarray(0, length))).toBeUndefined()
      expect(unseal(key, HEADER, sealed.subarray(sealed.length - length))).toBeUndefined()
    }
    expect(unseal(key, HEADER, Buffer.concat([sealed, Buffer.alloc(1)]))).toBeUndefined()
  })

  it.each([
    ['another header', sealingKey(secretBytes, 'a purpose'), 'another header'],
    ['a header that is longer', sealingKey(secretBytes, 'a purpose'), `${HEADER} `],
    ['no header', sealingKey(secretBytes, 'a purpose'), ''],
    ['another purpose', sealingKey(secretBytes, 'another purpose'), HEADER],
    ['another secret access key', sealingKey(randomBytes(32), 'a purpose'), HEADER],
  ])('does not open with %s', (_, otherKey, header) => {
    expect(unseal(otherKey, header, seal(key, HEADER, 'some content'))).toBeUndefined()
  })

  it('opens nothing sealed to nothing', () => {
    const sealed = seal(key, HEADER, '')
    expect(sealed).toHaveLength(12 + 16)
    expect(unseal(key, HEADER, sealed)).toBe('')
  })
})

describe('seal', () => {
  it('adds a nonce and a tag, and shows nothing of the text', () => {
    const sealed = seal(key, HEADER, 'canary '.repeat(10))
    expect(sealed).toHaveLength(12 + 70 + 16)
    expect(sealed.includes('canary')).toBe(false)
  })

  it('takes a fresh nonce every time', () => {
    const nonces = Array.from({ length: 1000 }, () => seal(key, HEADER, 'x').subarray(0, 12).toString('hex'))
    expect(new Set(nonces).size).toBe(1000)
  })
})

describe('sealingKey', () => {
  it('is the expand step of HKDF over the secret access key, for that purpose', () => {
    const expected = createHmac('sha256', secretBytes).update('a purpose\x01').digest()
    expect(key.export()).toEqual(expected)
  })
})
