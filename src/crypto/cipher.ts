/** Encrypt, and verify-then-decrypt. protocol: section 2 */
import { CliRunError } from '../errors.ts'
import { type EncString, formatEncString, IV_BYTES, parseEncString } from './enc-string.ts'
import { KEY_BYTES, type KeyPair, splitProjectKeys } from './keys.ts'
import { nodeCrypto } from './node-crypto.ts'

const ALGORITHM = 'aes-256-cbc'

/**
 * @param keys the keys to decrypt with
 * @param text an EncString in its text form
 * @param field which field of which record, for the error: `value of secret 1234`
 * @returns the plaintext's bytes
 * @throws CliRunError `cli_error` when the text isn't an EncString, its MAC doesn't match or its padding is
 *   bad. All of these read alike, and nothing is decrypted before the MAC is verified.
 */
export function decrypt(keys: KeyPair, text: string, field: string): Buffer {
  return decryptVerified(keys, text, true) ?? failIntegrity(field)
}

/**
 * The project's keys. Their padding isn't looked at, and 64 bytes or more are enough: the official
 * client does the same.
 *
 * @param stretched the stretched keys
 * @param profileKey `profile.key` of the profile's answer
 * @throws CliRunError `cli_error`: the two halves of the credential don't belong together
 */
export function openProjectKeys(stretched: KeyPair, profileKey: string): KeyPair {
  const plaintext = decryptVerified(stretched, profileKey, false)
  const keys = plaintext && splitProjectKeys(plaintext)
  if (keys === undefined) {
    throw new CliRunError(
      "the secret access key does not open this access key id's project: check that the two halves " +
        'were made together (LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY)',
    )
  }
  return keys
}

/**
 * @param keys the keys to encrypt with
 * @param plaintext what to encrypt, as UTF-8
 * @returns an EncString in its text form, under a fresh random IV
 */
export function encrypt(keys: KeyPair, plaintext: string | Buffer): string {
  const { createCipheriv, randomBytes } = nodeCrypto()
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, keys.encryptionKey, iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return formatEncString({ iv, ciphertext, mac: computeMac(keys, { iv, ciphertext }) })
}

/** @returns a new project's two keys, as the 64 bytes that `profile.key` encrypts */
export function randomProjectKeys(): Buffer {
  return nodeCrypto().randomBytes(2 * KEY_BYTES)
}

function decryptVerified(keys: KeyPair, text: string, padded: boolean): Buffer | undefined {
  const { createDecipheriv, timingSafeEqual } = nodeCrypto()
  const encString = parseEncString(text)
  if (!encString || !timingSafeEqual(encString.mac, computeMac(keys, encString))) return undefined
  const decipher = createDecipheriv(ALGORITHM, keys.encryptionKey, encString.iv).setAutoPadding(padded)
  const head = decipher.update(encString.ciphertext)
  try {
    const tail = decipher.final()
    return tail.length === 0 ? head : Buffer.concat([head, tail])
  } catch {
    return undefined
  }
}

function computeMac(keys: KeyPair, { iv, ciphertext }: Pick<EncString, 'iv' | 'ciphertext'>): Buffer {
  return nodeCrypto().createHmac('sha256', keys.macKey).update(iv).update(ciphertext).digest()
}

function failIntegrity(field: string): never {
  throw new CliRunError(
    `integrity check failed for the ${field}: it is not what this project's keys encrypted. Nothing was used; ` +
      'if it happens again, save the secret anew or contact whoever runs the service',
  )
}
