/** The walk from the secret access key to a project's keys. protocol: section 2, 1 and 3 */
import type { KeyObject } from 'node:crypto'
import { nodeCrypto } from './node-crypto.ts'

/** An encryption key and a MAC key, 32 bytes each. */
export interface KeyPair {
  readonly encryptionKey: KeyObject
  readonly macKey: KeyObject
}

/** Bytes of each key. */
export const KEY_BYTES = 32
/** Bytes that the plaintext of `profile.key` has at least. */
export const PROJECT_KEYS_BYTES = 2 * KEY_BYTES

/**
 * @param accessKey the secret access key, decoded from base64
 * @returns the stretched keys, which open nothing but `profile.key`
 */
export function stretchAccessKey(accessKey: Buffer): KeyPair {
  const { createSecretKey } = nodeCrypto()
  const pseudoRandomKey = createSecretKey(accessKey)
  return {
    encryptionKey: createSecretKey(expandKey(pseudoRandomKey, 'enc')),
    macKey: createSecretKey(expandKey(pseudoRandomKey, 'mac')),
  }
}

/**
 * A key of our own, for what never leaves this machine: sealed files, the marker's tags. Its purpose keeps it apart
 * from the protocol's `enc` and `mac`, and it gives nothing of the secret access key away.
 *
 * @param accessKey the secret access key, decoded from base64
 * @param purpose what the key is for
 * @returns 32 bytes
 */
export function deriveKey(accessKey: Buffer, purpose: string): Buffer {
  return expandKey(nodeCrypto().createSecretKey(accessKey), purpose)
}

/**
 * HKDF-Expand for one block of SHA-256: T(1) = HMAC(PRK, info || 0x01). RFC 5869 section 2.3.
 * There is no extract step, so Node's own `hkdf`, which always extracts, can't be used.
 *
 * @param pseudoRandomKey the input key
 * @param info what the output is for
 * @returns 32 bytes
 */
export function expandKey(pseudoRandomKey: KeyObject, info: string): Buffer {
  return nodeCrypto().createHmac('sha256', pseudoRandomKey).update(info).update('\x01').digest()
}

/**
 * @param bytes the plaintext of `profile.key`
 * @returns the keys that every other EncString of the project is under; undefined where the plaintext
 *   is shorter than 64 bytes
 */
export function splitProjectKeys(bytes: Buffer): KeyPair | undefined {
  if (bytes.length < PROJECT_KEYS_BYTES) return undefined
  const { createSecretKey } = nodeCrypto()
  return {
    encryptionKey: createSecretKey(bytes.subarray(0, KEY_BYTES)),
    macKey: createSecretKey(bytes.subarray(KEY_BYTES, PROJECT_KEYS_BYTES)),
  }
}
