/**
 * The bytes of a record: salt, ciphertext, tag. Encrypted, then authenticated, under keys that the salt makes this
 * record's own, so that no key stream is used twice. SECURITY.md, "A thief of the cache".
 */
import { applyKeyStream, type Blake3, HASH_BYTES } from './blake3.ts'

/** Bytes of the salt. */
export const SALT_BYTES = 32

/**
 * @param key 32 bytes
 * @param salt 32 random bytes, never the same again
 * @param text what to seal
 */
export function sealRecord(blake3: Blake3, key: Uint8Array, salt: Uint8Array, text: string): Buffer {
  const ciphertext = applyKeyStream(blake3, deriveKey(blake3, key, salt, 'encrypt'), Buffer.from(text))
  const sealed = Buffer.concat([salt, ciphertext])
  return Buffer.concat([sealed, authenticate(blake3, key, salt, sealed)])
}

/**
 * @param key as it was given to {@link sealRecord}
 * @param bytes what that returned
 * @returns the text; undefined when any of it is not what was sealed under this key. Nothing is decrypted before that
 *   is known
 */
export function openRecord(blake3: Blake3, key: Uint8Array, bytes: Uint8Array): string | undefined {
  const end = bytes.length - HASH_BYTES
  if (end < SALT_BYTES) return undefined
  const salt = bytes.subarray(0, SALT_BYTES)
  const tag = authenticate(blake3, key, salt, bytes.subarray(0, end))
  if (!isEqual(tag, bytes.subarray(end))) return undefined
  return applyKeyStream(
    blake3,
    deriveKey(blake3, key, salt, 'encrypt'),
    bytes.subarray(SALT_BYTES, end),
  ).toString()
}

function authenticate(blake3: Blake3, key: Uint8Array, salt: Uint8Array, sealed: Uint8Array): Buffer {
  return blake3.keyed(deriveKey(blake3, key, salt, 'authenticate'), sealed)
}

function deriveKey(blake3: Blake3, key: Uint8Array, salt: Uint8Array, purpose: string): Buffer {
  return blake3.keyed(key, purpose, salt)
}

/** In constant time, without `node:crypto`. */
function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0)
  return difference === 0
}
