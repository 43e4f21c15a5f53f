/**
 * Verify, then decrypt, for many texts at once. protocol: section 2
 *
 * Texts share what costs most: the making of objects. Each is verified as `decrypt` does it, and only what passed goes
 * on, to one AES pass over all of them. A text of two or three blocks costs 1.9 µs on Node 20 and 1.6 on 24, where
 * `decrypt` takes 7, and `createHmac` and `createDecipheriv` alone 5.
 */
import type { KeyObject } from 'node:crypto'
import { decodeBase64Into } from './base64-into.ts'
import { BLOCK_BYTES, IV_BYTES, MAC_BYTES } from './enc-string.ts'
import type { KeyPair } from './keys.ts'
import { nodeCrypto } from './node-crypto.ts'
import { ReadyHmac } from './ready-hmac.ts'

const TYPE_PREFIX = '2.'
/** Before the first text's own, which is nobody's plaintext. */
const NO_IV = Buffer.alloc(IV_BYTES)
/** What decoding may write behind the bytes. */
const SLACK_BYTES = 2

/**
 * @param keys the keys to decrypt with
 * @param texts EncStrings in their text form. All of them are in memory a second time while this runs
 * @returns for each text the plaintext. Undefined where it isn't what the keys encrypted, whatever is wrong with it, and
 *   where it isn't clearly UTF-8: `decrypt` gives the bytes, or says in words why not
 */
export function decryptMany(keys: KeyPair, texts: readonly string[]): (string | undefined)[] {
  const { timingSafeEqual } = nodeCrypto()
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  const verified = Buffer.alloc(characters)
  const hmac = new ReadyHmac(keys.macKey, characters + SLACK_BYTES)
  const macAndSlack = Buffer.alloc(MAC_BYTES + SLACK_BYTES)
  const mac = macAndSlack.subarray(0, MAC_BYTES)
  let end = 0
  const ends = texts.map((text) => {
    const length = parseInto(text, hmac.message, macAndSlack)
    if (length > 0 && timingSafeEqual(mac, hmac.compute(length))) {
      end += hmac.message.copy(verified, end, 0, length)
    }
    return end
  })
  const plaintexts = decryptBlocks(keys.encryptionKey, verified.subarray(0, end))
  return ends.map((end, index) => {
    const start = ends[index - 1] ?? 0
    return end === start ? undefined : decodeText(plaintexts, start + IV_BYTES, end)
  })
}

/**
 * As `parseEncString`, into memory that is there.
 *
 * @param message gets IV and ciphertext
 * @param mac gets the MAC
 * @returns the bytes of IV and ciphertext; 0 when the text isn't an EncString
 */
function parseInto(text: string, message: Uint8Array, mac: Uint8Array): number {
  const ivEnd = text.indexOf('|')
  const ciphertextEnd = text.indexOf('|', ivEnd + 1)
  if (!text.startsWith(TYPE_PREFIX) || ivEnd < 0 || ciphertextEnd < 0) return 0
  if (decodeBase64Into(text, TYPE_PREFIX.length, ivEnd, message, 0) !== IV_BYTES) return 0
  if (decodeBase64Into(text, ciphertextEnd + 1, text.length, mac, 0) !== MAC_BYTES) return 0
  const length = decodeBase64Into(text, ivEnd + 1, ciphertextEnd, message, IV_BYTES)
  return length > 0 && length % BLOCK_BYTES === 0 ? IV_BYTES + length : 0
}

/**
 * All as one message. What CBC takes for the IV of a block is the block before it, and there stands each text's own.
 *
 * @returns the plaintexts, each behind what its IV came to, which is nothing
 */
function decryptBlocks(key: KeyObject, ciphertexts: Buffer): Buffer {
  return nodeCrypto().createDecipheriv('aes-256-cbc', key, NO_IV).setAutoPadding(false).update(ciphertexts)
}

function decodeText(bytes: Buffer, start: number, end: number): string | undefined {
  const paddingBytes = countPadding(bytes, end)
  if (paddingBytes === 0) return undefined
  const text = bytes.toString('utf8', start, end - paddingBytes)
  // Stands for what isn't UTF-8, and asking about all bytes would take as long again.
  return text.includes('\ufffd') ? undefined : text
}

/** PKCS#7, in full; 0: there is none. */
function countPadding(bytes: Buffer, end: number): number {
  const length = bytes[end - 1] ?? 0
  if (length > BLOCK_BYTES) return 0
  for (let at = end - length; at < end; at++) if (bytes[at] !== length) return 0
  return length
}
