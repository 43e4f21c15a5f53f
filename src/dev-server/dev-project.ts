/** What code may do to a project: in plain text where a client would, raw where a test wants that. */
import type { KeyPair } from '../crypto/keys.ts'
import { LockerError } from '../errors.ts'
import {
  type AccessKeyOptions,
  type Credential,
  changeAccessKey,
  newAccessKey,
  openAccessKey,
} from './access-keys.ts'
import type { Project } from './project.ts'
import type { AccessKeyRecord, EnvironmentRecord, SecretRecord } from './records.ts'
import type { EnvironmentSeed, SecretSeed, Seed } from './seed.ts'
import { SeedWriter } from './seed-writer.ts'

/** A project of a running server. Every change shows in the next answer. */
export class DevProject {
  /** Salts every hash. */
  readonly projectId: number
  readonly #project: Project
  readonly #nowMs: () => number
  readonly #keys: KeyPair
  readonly #writer: SeedWriter

  /**
   * @param nowMs the clock, Unix milliseconds
   * @throws LockerError when the project's first access key doesn't open it
   */
  constructor(project: Project, nowMs: () => number) {
    this.projectId = project.projectId
    this.#project = project
    this.#nowMs = nowMs
    this.#keys = openAccessKey(firstAccessKey(project))
    this.#writer = new SeedWriter(project, this.#keys)
  }

  /** The project's first access key. */
  get credential(): Credential {
    return credentialOf(firstAccessKey(this.#project))
  }

  /** The secrets as the service keeps them, oldest first. */
  get secrets(): readonly SecretRecord[] {
    return this.#project.secrets.rows
  }

  /** The environments as the service keeps them, oldest first. */
  get environments(): readonly EnvironmentRecord[] {
    return this.#project.environments.rows
  }

  /** Unix seconds: when anything last changed. */
  get revisionDate(): number {
    return this.#project.revision.revisionDate
  }

  /** @returns a further key to the same project */
  addAccessKey(options: AccessKeyOptions = {}): Credential {
    const keys = Buffer.concat([this.#keys.encryptionKey.export(), this.#keys.macKey.export()])
    const nowMs = this.#nowMs()
    const key = newAccessKey(this.projectId, keys, nowMs)
    this.#project.putAccessKey(changeAccessKey(key, options, nowMs))
    return credentialOf(key)
  }

  /**
   * Changes what a key may do; what is left out stays.
   *
   * @throws LockerError: there is no such key
   */
  changeAccessKey(accessKeyId: string, options: AccessKeyOptions): void {
    const key = this.#project.accessKey(accessKeyId) ?? failMissing('access key')
    this.#project.putAccessKey(changeAccessKey(key, options, this.#nowMs()))
  }

  /** From now on the key is unknown. */
  removeAccessKey(accessKeyId: string): void {
    this.#project.removeAccessKey(accessKeyId)
  }

  /** Creates or updates all of it under one `revision_date`; what is the same already stays untouched. */
  seed(seed: Seed): void {
    this.#writer.writeSeed(seed)
  }

  /** Creates or updates a secret, and its environment if there is none of that name. */
  setSecret(secret: SecretSeed): SecretRecord {
    return this.#writer.writeSecret(secret)
  }

  /** Creates or updates an environment. */
  setEnvironment(environment: EnvironmentSeed): EnvironmentRecord {
    return this.#writer.writeEnvironment(environment)
  }

  /** @returns the environment's own secret of that key, or undefined; left out or ALL: that of ALL */
  findSecret(key: string, environment?: string | null): SecretRecord | undefined {
    return this.#writer.findSecret(key, environment)
  }

  /** @returns undefined: there is none */
  findEnvironment(name: string): EnvironmentRecord | undefined {
    return this.#writer.findEnvironment(name)
  }

  /**
   * The wire has no deletion; the service's own pages do.
   *
   * @throws LockerError: there is no such secret
   */
  deleteSecret(key: string, environment?: string | null): void {
    this.#project.deleteSecret((this.findSecret(key, environment) ?? failMissing('secret')).id)
  }

  /**
   * Deletes the environment and its own secrets.
   *
   * @throws LockerError: there is no such environment
   */
  deleteEnvironment(name: string): void {
    this.#project.deleteEnvironment((this.findEnvironment(name) ?? failMissing('environment')).id)
  }

  /** Puts a record in as it is, however wrong, in the place of the one with its id; it's revised now. */
  replaceSecret(record: SecretRecord): void {
    this.#project.replaceSecret(record)
  }

  /** The same for an environment. */
  replaceEnvironment(record: EnvironmentRecord): void {
    this.#project.replaceEnvironment(record)
  }
}

function firstAccessKey(project: Project): AccessKeyRecord {
  return project.accessKeys[0] ?? failMissing('access key')
}

function credentialOf(key: AccessKeyRecord): Credential {
  return { accessKeyId: key.access_key_id, secretAccessKey: key.secret_access_key }
}

function failMissing(what: string): never {
  throw new LockerError(`there is no such ${what} in this project`)
}
