/** An environment, decrypted. */

/** What an {@link Environment} holds, as plain data. */
export type EnvironmentFields = Omit<Environment, 'toString'>

/** An environment. It can't be changed; {@link Locker.modifyEnvironment} makes a new one. */
export class Environment {
  readonly id: string
  /** The salt of the hash. */
  readonly projectId: number
  readonly name: string
  /** The salted hash of the name. */
  readonly hash: string
  readonly externalUrl: string
  /** Empty when there is none. */
  readonly description: string
  /** Unix seconds with fraction, like every date here. Null: the service doesn't say. */
  readonly creationDate: number | null
  readonly revisionDate: number | null
  readonly updatedDate: number | null

  constructor(fields: EnvironmentFields) {
    this.id = fields.id
    this.projectId = fields.projectId
    this.name = fields.name
    this.hash = fields.hash
    this.externalUrl = fields.externalUrl
    this.description = fields.description
    this.creationDate = fields.creationDate
    this.revisionDate = fields.revisionDate
    this.updatedDate = fields.updatedDate
    Object.freeze(this)
  }

  /** @returns which environment it is, such as `Environment(production)` */
  toString(): string {
    return `Environment(${this.name})`
  }
}
