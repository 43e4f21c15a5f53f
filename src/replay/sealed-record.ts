/**
 * The bytes of a record: salt, ciphertext, tag. Encrypted, then authenticated, under keys that the salt makes this
 * record's own, so that no key stream is used twice. SECURITY.md, "A thief of the cache".
 */
import { type Blake3, HASH_BYTES } from './blake3.ts'

/** Bytes of the salt. */
export const SALT_BYTES = 32

/**
 * @param key 32 bytes
 * @param salt 32 random bytes, never the same again
 * @param text what to seal
 */
export function sealRecord(blake3: Blake3, key: Uint8Array, salt: Uint8Array, text: string): Buffer {
  const keys = deriveKeys(blake3, key, salt)
  const sealed = Buffer.concat([salt, blake3.applyKeyStream(keys.encrypt, Buffer.from(text))])
  return Buffer.concat([sealed, blake3.keyed(keys.authenticate, sealed)])
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
  const keys = deriveKeys(blake3, key, bytes.subarray(0, SALT_BYTES))
  const tag = blake3.keyed(keys.authenticate, bytes.subarray(0, end))
  if (!isEqual(tag, bytes.subarray(end))) return undefined
  return Buffer.from(blake3.applyKeyStream(keys.encrypt, bytes.subarray(SALT_BYTES, end)).buffer).toString()
}

/** Of this record alone. */
interface Keys {
  readonly encrypt: Uint8Array
  readonly authenticate: Uint8Array
}

function deriveKeys({ keyed }: Blake3, key: Uint8Array, salt: Uint8Array): Keys {
  const recordKey = keyed(key, salt)
  return { encrypt: keyed(recordKey, 'encrypt'), authenticate: keyed(recordKey, 'authenticate') }
}

/** In constant time, without `node:crypto`. */
function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0)
  return difference === 0
}
