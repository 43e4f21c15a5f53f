import { createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveKey, expandKey, splitProjectKeys, stretchAccessKey } from '../../src/crypto/keys.ts'
import { official, officialAccessKey, openOfficialKeys } from './vectors.ts'

describe('stretchAccessKey', () => {
  it('gives the official client’s stretched keys, bit for bit', () => {
    const { encryptionKey, macKey } = stretchAccessKey(officialAccessKey)
    expect(encryptionKey.export().toString('hex')).toBe(official.stretched_encryption_key_hex)
    expect(macKey.export().toString('hex')).toBe(official.stretched_mac_key_hex)
  })

  it('gives two different 32-byte keys for an access key of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const { encryptionKey, macKey } = stretchAccessKey(Buffer.from(bytes))
        expect(encryptionKey.symmetricKeySize).toBe(32)
        expect(macKey.symmetricKeySize).toBe(32)
        expect(encryptionKey.equals(macKey)).toBe(false)
      }),
    )
  })
})

describe('expandKey', () => {
  it('is the expand step of HKDF: with an extract step before it, it is all of HKDF', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 })
    fc.assert(
      fc.property(bytes, bytes, fc.string({ unit: 'binary', maxLength: 100 }), (input, salt, info) => {
        const extracted = createHmac('sha256', salt).update(input).digest()
        const whole = Buffer.from(hkdfSync('sha256', input, salt, info, 32))
        expect(expandKey(createSecretKey(extracted), info)).toEqual(whole)
      }),
    )
  })

  it('gives other bytes for other information', () => {
    const key = createSecretKey(officialAccessKey)
    expect(expandKey(key, 'enc')).not.toEqual(expandKey(key, 'mac'))
    expect(expandKey(key, 'enc')).toHaveLength(32)
  })
})

describe('splitProjectKeys', () => {
  it('gives the official client’s project keys, bit for bit', () => {
    const { encryptionKey, macKey } = openOfficialKeys()
    expect(encryptionKey.export().toString('hex')).toBe(official.project_encryption_key_hex)
    expect(macKey.export().toString('hex')).toBe(official.project_mac_key_hex)
  })

  it.each([64, 65, 80, 128])('takes the first 64 of %i bytes', (length) => {
    const bytes = randomBytes(length)
    const keys = splitProjectKeys(bytes)
    expect(keys?.encryptionKey.export()).toEqual(bytes.subarray(0, 32))
    expect(keys?.macKey.export()).toEqual(bytes.subarray(32, 64))
  })

  it.each([0, 1, 32, 63])('refuses %i bytes', (length) => {
    expect(splitProjectKeys(randomBytes(length))).toBeUndefined()
  })
})

describe('deriveKey', () => {
  it('expands the access key for one purpose, and gives another key for each', () => {
    const accessKey = randomBytes(32)
    const keys = ['lockerpm marker 1', 'lockerpm snapshot 1', 'enc', 'mac'].map((purpose) => {
      expect(deriveKey(accessKey, purpose)).toEqual(expandKey(createSecretKey(accessKey), purpose))
      return deriveKey(accessKey, purpose).toString('hex')
    })
    expect(new Set(keys).size).toBe(keys.length)
  })
})
