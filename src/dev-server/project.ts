/** One project as the service keeps it: it can't read a key, a value or a name. protocol: section 1 */
import type { WireEnvironmentBody } from '../wire/types.ts'
import { Environments } from './environments.ts'
import type { AccessKeyRecord, EnvironmentRecord, ProjectState, SecretRecord } from './records.ts'
import { Revision } from './revision.ts'
import { Secrets } from './secrets.ts'

/** Its access keys, environments and secrets, and what one kind's change does to another. */
export class Project {
  readonly projectId: number
  readonly revision: Revision
  readonly environments: Environments
  readonly secrets: Secrets
  readonly #accessKeys: Map<string, AccessKeyRecord>
  #keyChangeCount = 0

  /**
   * @param state what it holds at first
   * @param nowMs the clock, Unix milliseconds
   */
  constructor(state: ProjectState, nowMs: () => number) {
    this.projectId = state.project_id
    this.revision = new Revision(state.revision_date, state.deleted_item_date, nowMs)
    this.environments = new Environments(this.projectId, this.revision, state.environments)
    this.secrets = new Secrets(this.projectId, this.revision, this.environments, state.secrets)
    this.#accessKeys = new Map(state.access_keys.map((key) => [key.access_key_id, key]))
  }

  /** @returns everything, to be saved */
  state(): ProjectState {
    return {
      project_id: this.projectId,
      revision_date: this.revision.revisionDate,
      deleted_item_date: this.revision.deletedItemDate,
      access_keys: this.accessKeys,
      environments: this.environments.rows,
      secrets: this.secrets.rows,
    }
  }

  /** Grows with every change, those of access keys included: whether there is something to save. */
  get changeCount(): number {
    return this.revision.changeCount + this.#keyChangeCount
  }

  get accessKeys(): readonly AccessKeyRecord[] {
    return [...this.#accessKeys.values()]
  }

  /** @returns undefined: no key of this project */
  accessKey(accessKeyId: string): AccessKeyRecord | undefined {
    return this.#accessKeys.get(accessKeyId)
  }

  /** Adds an access key or changes one; `revision_date` isn't about keys. */
  putAccessKey(key: AccessKeyRecord): void {
    this.#accessKeys.set(key.access_key_id, key)
    this.#keyChangeCount += 1
  }

  removeAccessKey(accessKeyId: string): void {
    this.#accessKeys.delete(accessKeyId)
    this.#keyChangeCount += 1
  }

  /** PUT of an environment. Its secrets follow a new hash; their `environment_name` goes stale. */
  modifyEnvironment(id: string, body: WireEnvironmentBody): EnvironmentRecord {
    const before = this.environments.get(id)?.hash
    const row = this.environments.modify(id, body)
    if (row.hash === before) return row
    for (const secret of this.secrets.ofEnvironment(id)) {
      this.secrets.put({ ...secret, environment_hash: row.hash, revision_date: row.revision_date })
    }
    return row
  }

  /** Puts a record as it is, whatever it says, in the place of the one with its id or at the end. */
  replaceSecret(row: SecretRecord): void {
    this.secrets.put({ ...row, revision_date: this.revision.revise() })
  }

  /** The same for an environment. */
  replaceEnvironment(row: EnvironmentRecord): void {
    this.environments.put({ ...row, revision_date: this.revision.revise() })
  }

  /** The wire has no deletion; the service's own pages do. */
  deleteSecret(id: string): void {
    this.secrets.remove(id)
    this.revision.reviseByDeletion()
  }

  /** Its secrets go with it: in ALL they would reach every environment. */
  deleteEnvironment(id: string): void {
    for (const secret of this.secrets.ofEnvironment(id)) this.secrets.remove(secret.id)
    this.environments.remove(id)
    this.revision.reviseByDeletion()
  }
}
