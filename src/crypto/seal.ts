/**
 * A sealed text: encrypted and authenticated as a whole, under a key that only the secret access key gives.
 * One AES-256-GCM pass opens it, which is why a warm start does not decrypt record by record.
 */
import type { KeyObject } from 'node:crypto'
import { deriveKey } from './keys.ts'
import { nodeCrypto } from './node-crypto.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * @param secretBytes the secret access key, decoded
 * @param purpose what is sealed: another purpose gives another key
 */
export function sealingKey(secretBytes: Buffer, purpose: string): KeyObject {
  return nodeCrypto().createSecretKey(deriveKey(secretBytes, purpose))
}

/**
 * @param key made by {@link sealingKey}
 * @param header authenticated, and left readable
 * @param text what to seal
 * @returns nonce, ciphertext and tag
 */
export function seal(key: KeyObject, header: string, text: string): Buffer {
  const { createCipheriv, randomBytes } = nodeCrypto()
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(header),
  )
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/**
 * @param key made by {@link sealingKey}
 * @param header as it was given to {@link seal}
 * @param sealed what that returned
 * @returns the text; undefined when any of it is not what was sealed under this key
 */
export function unseal(key: KeyObject, header: string, sealed: Buffer): string | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const tagStart = sealed.length - TAG_BYTES
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = nodeCrypto()
    .createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(header))
    .setAuthTag(sealed.subarray(tagStart))
  const text = decipher.update(sealed.subarray(NONCE_BYTES, tagStart))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return text.toString('utf8')
}
