import { isUtf8 } from 'node:buffer'
import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decrypt, encrypt } from '../../src/crypto/cipher.ts'
import { decryptMany } from '../../src/crypto/decrypt-many.ts'
import { formatEncString } from '../../src/crypto/enc-string.ts'
import { CliRunError } from '../../src/errors.ts'
import { official, openOfficialKeys, randomKeys } from './vectors.ts'

const keys = randomKeys()

/** What `decrypt` gives, as far as that is clearly text; undefined when it refuses. */
function decryptOne(text: string): string | undefined {
  try {
    return toText(decrypt(keys, text, 'field'))
  } catch (error) {
    if (error instanceof CliRunError) return undefined
    throw error
  }
}

/** A MAC that is right over a ciphertext of these very bytes: padding is up to the caller. */
function seal(padded: Buffer): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', keys.encryptionKey, iv).setAutoPadding(false)
  const ciphertext = Buffer.concat([cipher.update(padded), cipher.final()])
  return withMac(iv, ciphertext)
}

function withMac(iv: Buffer, ciphertext: Buffer): string {
  const mac = createHmac('sha256', keys.macKey).update(iv).update(ciphertext).digest()
  return formatEncString({ iv, ciphertext, mac })
}

const toText = (bytes: Buffer) => {
  const text = bytes.toString()
  return isUtf8(bytes) && !text.includes('\ufffd') ? text : undefined
}

const good = encrypt(keys, 'a good secret of two blocks')
const [head = '', ciphertext = '', mac = ''] = good.split('|')

describe('decryptMany', () => {
  it('opens the official client’s fields', () => {
    const opened = decryptMany(
      openOfficialKeys(),
      official.fields.map(({ encrypted }) => encrypted),
    )
    expect(opened).toEqual(official.fields.map(({ plaintext }) => plaintext))
  })

  it('gives nothing for nothing', () => {
    expect(decryptMany(keys, [])).toEqual([])
  })

  it('opens what `decrypt` opens, whatever texts they are and however many, and no bytes that are no text', () => {
    const plaintext = fc.oneof(
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(0, 1, 15, 16, 17, 31, 32, 33).map((length) => randomBytes(length)),
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(plaintext, { maxLength: 40 }), (plaintexts) => {
        const texts = plaintexts.map((bytes) => encrypt(keys, bytes))
        expect(decryptMany(keys, texts)).toEqual(plaintexts.map(toText))
      }),
      { numRuns: 100 },
    )
  })

  it('refuses what `decrypt` refuses, and no neighbour of it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(15), fc.boolean()), { maxLength: 20 }), (flips) => {
        const texts = flips.map(([at, bit, isFlipped], index) => {
          const text = encrypt(keys, 'x'.repeat(index))
          const place = at % text.length
          const other = String.fromCharCode(text.charCodeAt(place) ^ (1 << bit))
          return isFlipped ? text.slice(0, place) + other + text.slice(place + 1) : text
        })
        expect(decryptMany(keys, texts)).toEqual(texts.map(decryptOne))
        flips.forEach(([, , isFlipped], index) => {
          expect(decryptOne(texts[index] ?? '') === undefined).toBe(isFlipped)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('refuses any flipped bit of a text', () => {
    const texts = Array.from({ length: good.length * 8 }, (_, index) => {
      const [at, bit] = [Math.floor(index / 8), index % 8]
      return good.slice(0, at) + String.fromCharCode(good.charCodeAt(at) ^ (1 << bit)) + good.slice(at + 1)
    })
    expect(new Set(decryptMany(keys, texts))).toEqual(new Set([undefined]))
  })

  it.each([
    ['plaintext', 'hunter2-hunter2'],
    ['nothing', ''],
    ['another type', good.replace('2.', '1.')],
    ['a missing MAC', `${head}|${ciphertext}`],
    ['an empty MAC', `${head}|${ciphertext}|`],
    ['an empty IV', `2.|${ciphertext}|${mac}`],
    ['an empty ciphertext', `${head}||${mac}`],
    ['a fourth part', `${good}|`],
    ['padding in a middle', `${head}|AAA=${ciphertext}|${mac}`],
    ['only padding', `${head}|====|${mac}`],
    [
      'a character that is a digit in its low byte',
      good.replace(ciphertext[3] ?? '', (it) => String.fromCharCode(it.charCodeAt(0) + 256)),
    ],
    ['a wrong IV length', withMac(randomBytes(15), randomBytes(16))],
    ['a long IV', withMac(randomBytes(64), randomBytes(16))],
    ['a long MAC', `${good.slice(0, -44)}${randomBytes(500).toString('base64')}`],
    ['an EncString of other keys', encrypt(randomKeys(), 'a good secret')],
    ['0 bytes behind a valid MAC', withMac(randomBytes(16), Buffer.alloc(0))],
    ['15 bytes behind a valid MAC', withMac(randomBytes(16), randomBytes(15))],
    ['17 bytes behind a valid MAC', withMac(randomBytes(16), randomBytes(17))],
    ['padding of 0 behind a valid MAC', seal(Buffer.alloc(16, 0))],
    ['padding of 17 behind a valid MAC', seal(Buffer.alloc(32, 17))],
    ['uneven padding behind a valid MAC', seal(Buffer.from('aaaaaaaaaaaaa\x02\x03\x03'))],
    ['a megabyte of bars', `2.${'|'.repeat(2 ** 20)}`],
  ])('refuses %s between two that are good', (_, bad) => {
    expect(decryptOne(bad)).toBeUndefined()
    const opened = decryptMany(keys, [good, bad, good])
    expect(opened).toEqual(['a good secret of two blocks', undefined, 'a good secret of two blocks'])
  })

  it('takes whole blocks of padding and single bytes of it', () => {
    const opened = decryptMany(keys, [seal(Buffer.alloc(16, 16)), seal(Buffer.from('fifteen bytes..\x01'))])
    expect(opened).toEqual(['', 'fifteen bytes..'])
  })

  it('opens a megabyte beside a byte', () => {
    const large = randomBytes(2 ** 19).toString('hex')
    const opened = decryptMany(keys, [encrypt(keys, 'x'), encrypt(keys, large), encrypt(keys, 'y')])
    expect(opened[1] === large).toBe(true)
    expect([opened[0], opened[2]]).toEqual(['x', 'y'])
  })
})
