/** Encrypts plain text as any client would, and writes it into a project. protocol: section 2 */
import { decrypt, encrypt } from '../crypto/cipher.ts'
import { hashText } from '../crypto/hash.ts'
import type { KeyPair } from '../crypto/keys.ts'
import type { Project } from './project.ts'
import type { EnvironmentRecord, SecretRecord } from './records.ts'
import { type EnvironmentSeed, resolveEnvironment, type SecretSeed, type Seed } from './seed.ts'

/** The one holder of a project's keys. */
export class SeedWriter {
  readonly #project: Project
  readonly #keys: KeyPair

  constructor(project: Project, keys: KeyPair) {
    this.#project = project
    this.#keys = keys
  }

  /** Creates or updates all of it under one `revision_date`; what is the same already stays untouched. */
  writeSeed({ environments = [], secrets = [] }: Seed): void {
    const shared = new Map<string, string>()
    this.#project.revision.batch(() => {
      for (const environment of environments) this.writeEnvironment(environment)
      for (const secret of secrets) this.writeSecret(secret, shared)
    })
  }

  /**
   * Creates or updates a secret, and its environment if there is none of that name.
   *
   * @param shared one EncString for all equal texts of a seed: a third of the work of a large one
   */
  writeSecret(
    { key, value, environment, description = '' }: SecretSeed,
    shared: Map<string, string> = new Map(),
  ): SecretRecord {
    const { secrets } = this.#project
    const name = resolveEnvironment(environment)
    const holder = name === undefined ? undefined : this.#requireEnvironment(name)
    const hash = this.#hash(key)
    const row = secrets.find(hash, holder?.id ?? null)
    if (row && this.#opensTo(row.value, value) && this.#opensTo(row.description, description)) return row
    const fields = {
      hash,
      key: encrypt(this.#keys, key),
      value: encrypt(this.#keys, value),
      description: description === '' ? this.#share(shared, '') : encrypt(this.#keys, description),
    }
    if (row !== undefined) return secrets.modify(row.id, fields)
    if (name === undefined || holder === undefined) return secrets.create(fields)
    return secrets.create({
      ...fields,
      environment_id: holder.id,
      environment_name: this.#share(shared, name),
    })
  }

  /** Creates or updates an environment. */
  writeEnvironment({ name, externalUrl, description = '' }: EnvironmentSeed): EnvironmentRecord {
    const { environments } = this.#project
    const row = this.findEnvironment(name)
    if (row && this.#opensTo(row.external_url, externalUrl) && this.#opensTo(row.description, description))
      return row
    const fields = {
      hash: this.#hash(name),
      name: encrypt(this.#keys, name),
      external_url: encrypt(this.#keys, externalUrl),
      description: encrypt(this.#keys, description),
    }
    return row === undefined ? environments.create(fields) : environments.modify(row.id, fields)
  }

  /** @returns the environment's own secret of that key, or undefined; left out or ALL: that of ALL */
  findSecret(key: string, environment?: string | null): SecretRecord | undefined {
    const name = resolveEnvironment(environment)
    if (name === undefined) return this.#project.secrets.find(this.#hash(key), null)
    const holder = this.findEnvironment(name)
    return holder && this.#project.secrets.find(this.#hash(key), holder.id)
  }

  /** @returns undefined: there is none */
  findEnvironment(name: string): EnvironmentRecord | undefined {
    return this.#project.environments.withHash(this.#hash(name))[0]
  }

  #requireEnvironment(name: string): EnvironmentRecord {
    return this.findEnvironment(name) ?? this.writeEnvironment({ name, externalUrl: '' })
  }

  #share(shared: Map<string, string>, text: string): string {
    const encString = shared.get(text) ?? encrypt(this.#keys, text)
    shared.set(text, encString)
    return encString
  }

  #hash(text: string): string {
    return hashText(this.#project.projectId, text)
  }

  /** A record that was tampered with opens to nothing. */
  #opensTo(text: string | null, plaintext: string): boolean {
    try {
      return decrypt(this.#keys, text ?? '', 'record').equals(Buffer.from(plaintext, 'utf8'))
    } catch {
      return false
    }
  }
}
