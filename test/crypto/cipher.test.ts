import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decrypt, encrypt, openProjectKeys, randomProjectKeys } from '../../src/crypto/cipher.ts'
import { type EncString, formatEncString, parseEncString } from '../../src/crypto/enc-string.ts'
import { type KeyPair, splitProjectKeys, stretchAccessKey } from '../../src/crypto/keys.ts'
import { CliRunError } from '../../src/errors.ts'
import { official, officialAccessKey, openOfficialKeys, randomKeys } from './vectors.ts'

const keys = randomKeys()
const FIELD = 'value of secret 1234'
const INTEGRITY_ERROR =
  "integrity check failed for the value of secret 1234: it is not what this project's keys encrypted. " +
  'Nothing was used; if it happens again, save the secret anew or contact whoever runs the service'
const HALVES_ERROR =
  "the secret access key does not open this access key id's project: check that the two halves " +
  'were made together (LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY)'

/** What a text fails with; fails the test when it doesn't. */
function failureOf(action: () => unknown): CliRunError {
  try {
    action()
  } catch (error) {
    if (error instanceof CliRunError) return error
    throw error
  }
  throw new Error('it did not fail')
}

/** A MAC that is right over a ciphertext of these very bytes: padding is up to the caller. */
function seal(under: KeyPair, padded: Buffer): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', under.encryptionKey, iv).setAutoPadding(false)
  const ciphertext = Buffer.concat([cipher.update(padded), cipher.final()])
  return formatEncString({ iv, ciphertext, mac: macOf(under, iv, ciphertext) })
}

function macOf(under: KeyPair, iv: Buffer, ciphertext: Buffer): Buffer {
  return createHmac('sha256', under.macKey)
    .update(Buffer.concat([iv, ciphertext]))
    .digest()
}

function partsOf(text: string): EncString {
  const parsed = parseEncString(text)
  if (parsed === undefined) throw new Error('not an EncString')
  return parsed
}

function withMac(good: EncString, over: Buffer[]): string {
  const mac = createHmac('sha256', keys.macKey).update(Buffer.concat(over)).digest()
  return formatEncString({ ...good, mac })
}

function withCiphertext({ iv }: EncString, length: number): string {
  const ciphertext = randomBytes(length)
  return formatEncString({ iv, ciphertext, mac: macOf(keys, iv, ciphertext) })
}

/** The same text with one bit turned round in one of its parts. */
function flipBit(text: string, part: 'iv' | 'ciphertext' | 'mac', byte: number, bit: number): string {
  const parsed = partsOf(text)
  const changed = Buffer.from(parsed[part])
  changed.writeUInt8(changed.readUInt8(byte) ^ (1 << bit), byte)
  return formatEncString({ ...parsed, [part]: changed })
}

describe('decrypt', () => {
  it.each(official.fields)('opens the official client’s $name', ({ plaintext, encrypted }) => {
    expect(decrypt(openOfficialKeys(), encrypted, FIELD).toString('utf8')).toBe(plaintext)
  })

  it('opens what was encrypted, whatever bytes they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const plaintext = Buffer.from(bytes)
        expect(decrypt(keys, encrypt(keys, plaintext), FIELD)).toEqual(plaintext)
      }),
    )
  })

  it('opens what was encrypted, whatever text it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(decrypt(keys, encrypt(keys, text), FIELD).toString('utf8')).toBe(text)
      }),
    )
  })

  it('opens a plaintext that looks like an EncString, once', () => {
    const inner = encrypt(keys, 'inner')
    expect(decrypt(keys, encrypt(keys, inner), FIELD).toString()).toBe(inner)
  })

  it('gives back bytes that are not UTF-8 as they are', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3])
    expect(decrypt(keys, encrypt(keys, bytes), FIELD)).toEqual(bytes)
  })

  it.each(['iv', 'ciphertext', 'mac'] as const)('refuses any flipped bit of the %s', (part) => {
    const text = encrypt(keys, 'a plaintext of more than two blocks of sixteen')
    const length = parseEncString(text)?.[part].length ?? 0
    expect(length).toBe({ iv: 16, ciphertext: 48, mac: 32 }[part])
    for (let byte = 0; byte < length; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = flipBit(text, part, byte, bit)
        expect(failureOf(() => decrypt(keys, changed, FIELD)).message).toBe(INTEGRITY_ERROR)
      }
    }
  })

  it('refuses any flipped bit of any plaintext’s encryption', () => {
    const part = fc.constantFrom('iv' as const, 'ciphertext' as const, 'mac' as const)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), part, fc.nat(), fc.nat(7), (bytes, name, at, bit) => {
        const text = encrypt(keys, Buffer.from(bytes))
        const length = parseEncString(text)?.[name].length ?? 0
        expect(() => decrypt(keys, flipBit(text, name, at % length, bit), FIELD)).toThrow(INTEGRITY_ERROR)
      }),
    )
  })

  it('refuses any other character at any place of the text', () => {
    const text = encrypt(keys, 'a secret')
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (at, other) => {
          fc.pre(text[at] !== other)
          const changed = text.slice(0, at) + other + text.slice(at + 1)
          expect(() => decrypt(keys, changed, FIELD)).toThrow(INTEGRITY_ERROR)
        },
      ),
    )
  })

  it.each([
    ['another MAC key', (other: KeyPair) => ({ ...keys, macKey: other.macKey })],
    ['other keys', (other: KeyPair) => other],
    ['its two keys swapped', () => ({ encryptionKey: keys.macKey, macKey: keys.encryptionKey })],
  ])('does not open with %s', (_, change) => {
    const text = encrypt(keys, 'a secret')
    expect(() => decrypt(change(randomKeys()), text, FIELD)).toThrow(INTEGRITY_ERROR)
  })

  it.each<[string, (good: EncString, text: string) => string]>([
    ['plaintext', () => 'hunter2-hunter2'],
    ['nothing', () => ''],
    ['another type', (_, text) => text.replace('2.', '1.')],
    ['a missing MAC', (_, text) => text.slice(0, text.lastIndexOf('|'))],
    ['an empty MAC', (_, text) => text.slice(0, text.lastIndexOf('|') + 1)],
    ['junk inside base64', (_, text) => text.replace('|', '|!')],
    ['a wrong IV length', (good) => formatEncString({ ...good, iv: Buffer.alloc(15) })],
    ['a wrong MAC length', (good) => formatEncString({ ...good, mac: good.mac.subarray(0, 31) })],
    ['another field’s IV', (good) => formatEncString({ ...good, iv: randomBytes(16) })],
    ['another field’s ciphertext', (good) => formatEncString({ ...good, ciphertext: randomBytes(32) })],
    ['a MAC over the ciphertext alone', (good) => withMac(good, [good.ciphertext])],
    ['a MAC over the IV alone', (good) => withMac(good, [good.iv])],
    ['a MAC over both in the wrong order', (good) => withMac(good, [good.ciphertext, good.iv])],
    ['an EncString of other keys', () => encrypt(randomKeys(), 'a good secret')],
    ['0 bytes behind a valid MAC', (good) => withCiphertext(good, 0)],
    ['15 bytes behind a valid MAC', (good) => withCiphertext(good, 15)],
    ['17 bytes behind a valid MAC', (good) => withCiphertext(good, 17)],
    ['padding of 0 behind a valid MAC', () => seal(keys, Buffer.alloc(16, 0))],
    ['padding of 17 behind a valid MAC', () => seal(keys, Buffer.alloc(16, 17))],
    ['uneven padding behind a valid MAC', () => seal(keys, Buffer.from('aaaaaaaaaaaaa\x02\x03\x03'))],
    ['no padding behind a valid MAC', () => seal(keys, Buffer.from('0123456789abcdef0123456789abcdef'))],
    ['a megabyte of bars', () => `2.${'|'.repeat(2 ** 20)}`],
  ])('refuses %s, in the same words', (_, change) => {
    const text = encrypt(keys, 'a good secret of two blocks')
    const error = failureOf(() => decrypt(keys, change(partsOf(text), text), FIELD))
    expect(error.message).toBe(INTEGRITY_ERROR)
    expect(error.code).toBe('cli_error')
    expect(error.retryable).toBe(false)
    expect(error.cause).toBeUndefined()
  })

  it('takes whole blocks of padding and single bytes of it', () => {
    expect(decrypt(keys, seal(keys, Buffer.alloc(16, 16)), FIELD)).toHaveLength(0)
    expect(decrypt(keys, seal(keys, Buffer.from('fifteen bytes..\x01')), FIELD).toString()).toBe(
      'fifteen bytes..',
    )
  })

  it('names the field and shows neither the text nor the plaintext', () => {
    const shown = inspect(
      failureOf(() => decrypt(keys, 'canary-plaintext', 'key of secret abc')),
      {
        showHidden: true,
      },
    )
    expect(shown).toContain('integrity check failed for the key of secret abc: ')
    expect(shown).not.toContain('canary')
  })
})

describe('encrypt', () => {
  it('writes what the protocol says: type 2, PKCS#7, a MAC over IV and ciphertext', () => {
    const parsed = parseEncString(encrypt(keys, '0123456789abcdef'))
    expect(parsed?.ciphertext).toHaveLength(32)
    expect(parsed && macOf(keys, parsed.iv, parsed.ciphertext)).toEqual(parsed?.mac)
  })

  it.each([
    [0, 16],
    [1, 16],
    [15, 16],
    [16, 32],
    [17, 32],
  ])('makes of %i bytes a ciphertext of %i', (plaintextBytes, ciphertextBytes) => {
    const parsed = parseEncString(encrypt(keys, Buffer.alloc(plaintextBytes)))
    expect(parsed?.ciphertext).toHaveLength(ciphertextBytes)
  })

  it('takes a fresh IV every time', () => {
    const ivs = Array.from({ length: 1000 }, () => encrypt(keys, 'the same').split('|')[0])
    expect(new Set(ivs).size).toBe(1000)
  })
})

describe('openProjectKeys', () => {
  const stretched = stretchAccessKey(randomBytes(32))

  it('opens what encrypts a new project’s keys', () => {
    const projectKeys = randomProjectKeys()
    expect(projectKeys).toHaveLength(64)
    const opened = openProjectKeys(stretched, encrypt(stretched, projectKeys))
    const expected = splitProjectKeys(projectKeys)
    expect(opened.encryptionKey.export()).toEqual(expected?.encryptionKey.export())
    expect(opened.macKey.export()).toEqual(expected?.macKey.export())
  })

  it('makes other keys for every project', () => {
    expect(randomProjectKeys()).not.toEqual(randomProjectKeys())
  })

  it.each([
    ['good padding', Buffer.concat([Buffer.alloc(64, 7), Buffer.alloc(16, 16)])],
    ['no padding', Buffer.alloc(64, 7)],
    ['bad padding', Buffer.concat([Buffer.alloc(64, 7), Buffer.alloc(16, 99)])],
    ['more than 64 bytes', Buffer.concat([Buffer.alloc(64, 7), Buffer.alloc(80, 1)])],
  ])('takes the first 64 bytes with %s', (_, padded) => {
    const opened = openProjectKeys(stretched, seal(stretched, padded))
    expect(opened.encryptionKey.export()).toEqual(Buffer.alloc(32, 7))
    expect(opened.macKey.export()).toEqual(Buffer.alloc(32, 7))
  })

  it.each([
    ['another secret access key', () => encrypt(stretchAccessKey(randomBytes(32)), randomProjectKeys())],
    ['48 bytes', () => seal(stretched, Buffer.alloc(48))],
    ['plaintext', () => randomProjectKeys().toString('base64')],
    ['nothing', () => ''],
    ['a flipped bit', () => flipBit(encrypt(stretched, randomProjectKeys()), 'ciphertext', 0, 0)],
    ['a flipped bit of the MAC', () => flipBit(encrypt(stretched, randomProjectKeys()), 'mac', 31, 7)],
  ])('says that the two halves don’t belong together for %s', (_, makeProfileKey) => {
    const error = failureOf(() => openProjectKeys(stretched, makeProfileKey()))
    expect(error.message).toBe(HALVES_ERROR)
    expect(error.code).toBe('cli_error')
  })

  it('refuses the official profile key with one bit of the secret access key flipped', () => {
    for (let byte = 0; byte < officialAccessKey.length; byte++) {
      const changed = Buffer.from(officialAccessKey)
      changed.writeUInt8(changed.readUInt8(byte) ^ 1, byte)
      expect(() => openProjectKeys(stretchAccessKey(changed), official.profile_key)).toThrow(HALVES_ERROR)
    }
  })
})
