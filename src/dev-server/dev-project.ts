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
export interface DevProject {
  /** Salts every hash. */
  readonly projectId: number
  /** The project's first access key. */
  readonly credential: Credential
  /** The secrets as the service keeps them, oldest first. */
  readonly secrets: readonly SecretRecord[]
  /** The environments as the service keeps them, oldest first. */
  readonly environments: readonly EnvironmentRecord[]
  /** Unix seconds: when anything last changed. */
  readonly revisionDate: number
  /** @returns a further key to the same project */
  addAccessKey(options?: AccessKeyOptions): Credential
  /**
   * Changes what a key may do; what is left out stays.
   *
   * @throws LockerError: there is no such key
   */
  changeAccessKey(accessKeyId: string, options: AccessKeyOptions): void
  /** From now on the key is unknown. */
  removeAccessKey(accessKeyId: string): void
  /** Creates or updates all of it under one `revision_date`; what is the same already stays untouched. */
  seed(seed: Seed): void
  /** Creates or updates a secret, and its environment if there is none of that name. */
  setSecret(secret: SecretSeed): SecretRecord
  /** Creates or updates an environment. */
  setEnvironment(environment: EnvironmentSeed): EnvironmentRecord
  /** @returns the environment's own secret of that key, or undefined; left out or ALL: that of ALL */
  findSecret(key: string, environment?: string | null): SecretRecord | undefined
  /** @returns undefined: there is none */
  findEnvironment(name: string): EnvironmentRecord | undefined
  /**
   * The wire has no deletion; the service's own pages do.
   *
   * @throws LockerError: there is no such secret
   */
  deleteSecret(key: string, environment?: string | null): void
  /**
   * Deletes the environment and its own secrets.
   *
   * @throws LockerError: there is no such environment
   */
  deleteEnvironment(name: string): void
  /** Puts a record in as it is, however wrong, in the place of the one with its id; it's revised now. */
  replaceSecret(record: SecretRecord): void
  /** The same for an environment. */
  replaceEnvironment(record: EnvironmentRecord): void
}

/**
 * @param nowMs the clock, Unix milliseconds
 * @throws LockerError when the project's first access key doesn't open it
 */
export function openDevProject(project: Project, nowMs: () => number): DevProject {
  const keys = openAccessKey(firstAccessKey(project))
  const writer = new SeedWriter(project, keys)
  return {
    projectId: project.projectId,
    get credential() {
      return credentialOf(firstAccessKey(project))
    },
    get secrets() {
      return project.secrets.rows
    },
    get environments() {
      return project.environments.rows
    },
    get revisionDate() {
      return project.revision.revisionDate
    },
    addAccessKey: (options = {}) => addAccessKey(project, keys, options, nowMs()),
    changeAccessKey: (accessKeyId, options) => {
      const key = project.accessKey(accessKeyId) ?? failMissing('access key')
      project.putAccessKey(changeAccessKey(key, options, nowMs()))
    },
    removeAccessKey: (accessKeyId) => project.removeAccessKey(accessKeyId),
    seed: (seed) => writer.writeSeed(seed),
    setSecret: (secret) => writer.writeSecret(secret),
    setEnvironment: (environment) => writer.writeEnvironment(environment),
    findSecret: (key, environment) => writer.findSecret(key, environment),
    findEnvironment: (name) => writer.findEnvironment(name),
    deleteSecret: (key, environment) => {
      project.deleteSecret((writer.findSecret(key, environment) ?? failMissing('secret')).id)
    },
    deleteEnvironment: (name) => {
      project.deleteEnvironment((writer.findEnvironment(name) ?? failMissing('environment')).id)
    },
    replaceSecret: (record) => project.replaceSecret(record),
    replaceEnvironment: (record) => project.replaceEnvironment(record),
  }
}

function addAccessKey(project: Project, keys: KeyPair, options: AccessKeyOptions, nowMs: number): Credential {
  const projectKeys = Buffer.concat([keys.encryptionKey.export(), keys.macKey.export()])
  const key = newAccessKey(project.projectId, projectKeys, nowMs)
  project.putAccessKey(changeAccessKey(key, options, nowMs))
  return credentialOf(key)
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
