/** The secrets of a project: uniqueness, dates and placement. protocol: section 3, Bodies */
import { randomUUID } from 'node:crypto'
import type { WireSecretBody } from '../wire/types.ts'
import { RecordTable } from './record-table.ts'
import type { EnvironmentRecord, SecretRecord } from './records.ts'
import { Refusal } from './refusal.ts'
import type { Revision } from './revision.ts'

/** Where a secret is. */
type Placement = Pick<SecretRecord, 'environment_id' | 'environment_name' | 'environment_hash'>

const ALL: Placement = { environment_id: null, environment_name: null, environment_hash: null }

/** Throws {@link Refusal} where the service would refuse. */
export class Secrets extends RecordTable<SecretRecord> {
  readonly #projectId: number
  readonly #revision: Revision
  readonly #environments: Pick<RecordTable<EnvironmentRecord>, 'get'>

  constructor(
    projectId: number,
    revision: Revision,
    environments: Pick<RecordTable<EnvironmentRecord>, 'get'>,
    rows: readonly SecretRecord[],
  ) {
    super((row) => row.secret_hash, rows)
    this.#projectId = projectId
    this.#revision = revision
    this.#environments = environments
  }

  /** @returns the secret with that hash in that environment (null: ALL), or undefined */
  find(hash: string, environmentId: string | null): SecretRecord | undefined {
    return this.withHash(hash).find((row) => row.environment_id === environmentId)
  }

  /** @returns the environment's own secrets, oldest first */
  ofEnvironment(environmentId: string): readonly SecretRecord[] {
    return this.rows.filter((row) => row.environment_id === environmentId)
  }

  /** POST. What is left out is empty. */
  create(body: WireSecretBody): SecretRecord {
    const placement = this.#place(body.environment_id ?? '', body.environment_name ?? null)
    if (this.find(body.hash, placement.environment_id)) {
      throw new Refusal('already_exists', 'This secret hash already exists')
    }
    const date = this.#revision.revise()
    return this.put({
      object: 'secret',
      id: randomUUID(),
      key: body.key ?? '',
      value: body.value ?? '',
      description: body.description ?? '',
      secret_hash: body.hash,
      ...placement,
      project_id: this.#projectId,
      creation_date: date,
      revision_date: date,
      updated_date: null,
      deleted_date: null,
      last_use_date: null,
    })
  }

  /** PUT. What is left out stays; an `environment_id` of `""` moves the secret to ALL. */
  modify(id: string, body: WireSecretBody): SecretRecord {
    const row = this.get(id)
    if (row === undefined) throw new Refusal('not_found', 'There is no such secret')
    const placement = this.#placeAgain(row, body)
    const holder = this.find(body.hash, placement.environment_id)
    if (holder && holder.id !== id) throw new Refusal('already_exists', 'This hash value already existed')
    const date = this.#revision.revise()
    return this.put({
      ...row,
      key: body.key ?? row.key,
      value: body.value ?? row.value,
      description: body.description ?? row.description,
      secret_hash: body.hash,
      ...placement,
      revision_date: date,
      updated_date: date,
    })
  }

  #placeAgain(row: SecretRecord, body: WireSecretBody): Placement {
    const environmentName = body.environment_name ?? row.environment_name
    if (body.environment_id !== undefined) return this.#place(body.environment_id, environmentName)
    const { environment_id, environment_hash } = row
    return environment_id === null
      ? ALL
      : { environment_id, environment_name: environmentName, environment_hash }
  }

  /** A secret of ALL has no environment's name, whatever name came along. */
  #place(environmentId: string, environmentName: string | null): Placement {
    if (environmentId === '') return ALL
    const environment = this.#environments.get(environmentId)
    if (environment === undefined) throw new Refusal('not_found', 'There is no such environment')
    return {
      environment_id: environment.id,
      environment_name: environmentName,
      environment_hash: environment.hash,
    }
  }
}
