/**
 * The text form of an EncString, `2.<iv>|<ciphertext>|<mac>`, and its parts. Parsing never decrypts.
 * protocol: section 2, EncString
 */

/** The three binary parts of an EncString of type 2: AES-256-CBC with HMAC-SHA256. */
export interface EncString {
  /** 16 bytes. */
  readonly iv: Buffer
  /** A positive multiple of 16 bytes. */
  readonly ciphertext: Buffer
  /** 32 bytes. */
  readonly mac: Buffer
}

/** Bytes of an initialisation vector. */
export const IV_BYTES = 16
/** Bytes of a cipher block: every ciphertext is a positive multiple. */
export const BLOCK_BYTES = 16
/** Bytes of an HMAC-SHA256. */
export const MAC_BYTES = 32

const TYPE_PREFIX = '2.'

/**
 * @param text the text form
 * @returns the parts, or undefined when the text is anything but a well-formed EncString of type 2.
 *   Linear in the length of the text.
 */
export function parseEncString(text: string): EncString | undefined {
  if (!text.startsWith(TYPE_PREFIX)) return undefined
  const ivEnd = text.indexOf('|')
  const ciphertextEnd = text.indexOf('|', ivEnd + 1)
  if (ivEnd < 0 || ciphertextEnd < 0) return undefined
  const iv = decodeBase64(text.slice(TYPE_PREFIX.length, ivEnd))
  const ciphertext = decodeBase64(text.slice(ivEnd + 1, ciphertextEnd))
  const mac = decodeBase64(text.slice(ciphertextEnd + 1))
  if (iv?.length !== IV_BYTES || mac?.length !== MAC_BYTES) return undefined
  if (!ciphertext?.length || ciphertext.length % BLOCK_BYTES !== 0) return undefined
  return { iv, ciphertext, mac }
}

/**
 * @param parts the three parts
 * @returns the text form
 */
export function formatEncString({ iv, ciphertext, mac }: EncString): string {
  const [ivText, ciphertextText, macText] = [iv, ciphertext, mac].map((part) => part.toString('base64'))
  return `${TYPE_PREFIX}${ivText}|${ciphertextText}|${macText}`
}

/**
 * Standard base64 with padding, and nothing else.
 *
 * @param text the encoded form
 * @returns the bytes; undefined where encoding them again would not give the very same text. That
 *   one comparison refuses junk (Node's decoder skips it), the URL alphabet, missing padding and
 *   stray bits behind the last byte.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
