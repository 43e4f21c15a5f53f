/** A secret, decrypted: shows its value to whoever asks for it, and to no log. */

/** What a {@link Secret} holds, as plain data. */
export type SecretFields = Omit<Secret, 'toJSON' | 'toString'>

/**
 * A secret. It can't be changed; {@link Locker.modify} makes a new one.
 *
 * `inspect`, `console.log` and `toString` show neither its value nor its description. `JSON.stringify` shows all of it.
 */
export class Secret {
  readonly id: string
  /** The salt of the hashes. */
  readonly projectId: number
  readonly key: string
  /** As whoever saved the secret last called it, for display. Null: the secret belongs to ALL. */
  readonly environmentName: string | null
  /** Null: ALL. */
  readonly environmentId: string | null
  /** The salted hash of the environment's name. Null: ALL. */
  readonly environmentHash: string | null
  /** The salted hash of the key. */
  readonly secretHash: string
  /** Unix seconds with fraction, like every date here. Null: the service doesn't say. */
  readonly creationDate: number | null
  readonly revisionDate: number | null
  readonly updatedDate: number | null
  readonly deletedDate: number | null
  readonly lastUseDate: number | null
  readonly #value: string
  readonly #description: string

  constructor(fields: SecretFields) {
    this.id = fields.id
    this.projectId = fields.projectId
    this.key = fields.key
    this.environmentName = fields.environmentName
    this.environmentId = fields.environmentId
    this.environmentHash = fields.environmentHash
    this.secretHash = fields.secretHash
    this.creationDate = fields.creationDate
    this.revisionDate = fields.revisionDate
    this.updatedDate = fields.updatedDate
    this.deletedDate = fields.deletedDate
    this.lastUseDate = fields.lastUseDate
    this.#value = fields.value
    this.#description = fields.description
    Object.freeze(this)
  }

  get value(): string {
    return this.#value
  }

  /** Empty when there is none. */
  get description(): string {
    return this.#description
  }

  /** @returns everything, value included: JSON is for whoever asks for it */
  toJSON(): SecretFields {
    return { ...this, value: this.#value, description: this.#description }
  }

  /** @returns which secret it is, such as `Secret(DATABASE_URL, production)` */
  toString(): string {
    return `Secret(${this.key}, ${this.environmentName ?? 'ALL'})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect: Inspect): string {
    return `Secret ${inspect({ ...this, value: HIDDEN, description: HIDDEN }, options)}`
  }
}

type Inspect = (value: unknown, options: object) => string

const HIDDEN = { [Symbol.for('nodejs.util.inspect.custom')]: () => '[hidden]' }
