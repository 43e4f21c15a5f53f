/** The environments of a project: uniqueness and dates. protocol: section 3, Bodies */
import { randomUUID } from 'node:crypto'
import type { WireEnvironmentBody } from '../wire/types.ts'
import { RecordTable } from './record-table.ts'
import type { EnvironmentRecord } from './records.ts'
import { Refusal } from './refusal.ts'
import type { Revision } from './revision.ts'

/** Throws {@link Refusal} where the service would refuse. */
export class Environments extends RecordTable<EnvironmentRecord> {
  readonly #projectId: number
  readonly #revision: Revision

  constructor(projectId: number, revision: Revision, rows: readonly EnvironmentRecord[]) {
    super((row) => row.hash, rows)
    this.#projectId = projectId
    this.#revision = revision
  }

  /** POST. What is left out is empty. */
  create(body: WireEnvironmentBody): EnvironmentRecord {
    if (this.withHash(body.hash).length > 0) {
      throw new Refusal('already_exists', 'This environment hash already exists')
    }
    const date = this.#revision.revise()
    return this.put({
      object: 'environment',
      id: randomUUID(),
      name: body.name ?? '',
      hash: body.hash,
      external_url: body.external_url ?? '',
      description: body.description ?? '',
      project_id: this.#projectId,
      creation_date: date,
      revision_date: date,
      updated_date: null,
    })
  }

  /** PUT. What is left out stays. */
  modify(id: string, body: WireEnvironmentBody): EnvironmentRecord {
    const row = this.get(id)
    if (row === undefined) throw new Refusal('not_found', 'There is no such environment')
    if (this.withHash(body.hash).some((holder) => holder.id !== id)) {
      throw new Refusal('already_exists', 'The environment hash already existed')
    }
    const date = this.#revision.revise()
    return this.put({
      ...row,
      name: body.name ?? row.name,
      hash: body.hash,
      external_url: body.external_url ?? row.external_url,
      description: body.description ?? row.description,
      revision_date: date,
      updated_date: date,
    })
  }
}
