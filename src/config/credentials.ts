/** The access key: two halves that are shown nowhere. */
import { decodeBase64 } from '../crypto/enc-string.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An access key id and its secret access key. `inspect`, `toString` and JSON show neither. */
export class AccessKey {
  readonly #id: string
  readonly #secretBytes: Buffer

  /**
   * @param id the access key id: the bearer token, UUID text
   * @param secretBytes the secret access key, decoded from base64; never leaves the process
   */
  constructor(id: string, secretBytes: Buffer) {
    this.#id = id
    this.#secretBytes = secretBytes
  }

  get id(): string {
    return this.#id
  }

  get secretBytes(): Buffer {
    return this.#secretBytes
  }

  toString(): string {
    return 'AccessKey(hidden)'
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/**
 * @param text an access key id
 * @returns whether it has the form of one
 */
export function isAccessKeyId(text: string): boolean {
  return UUID.test(text)
}

/**
 * @param text a secret access key in its text form: canonical standard base64
 * @returns its bytes; undefined when it has not that form or is empty
 */
export function parseSecretAccessKey(text: string): Buffer | undefined {
  const bytes = decodeBase64(text)
  return bytes !== undefined && bytes.length > 0 ? bytes : undefined
}
