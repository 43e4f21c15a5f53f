/** Wire records to what the SDK gives out. All of a record is opened, or none. protocol: section 2 */
import { parseEncString } from '../crypto/enc-string.ts'
import type { KeyPair } from '../crypto/keys.ts'
import { CliRunError } from '../errors.ts'
import type { WireEnvironment, WireSecret } from '../wire/types.ts'
import { Environment } from './environment.ts'
import { isOfAll, openText } from './open.ts'
import { type Ahead, openEach } from './open-each.ts'
import { Secret } from './secret.ts'

const TEXT_FIELDS = ['key', 'value', 'description', 'environment_name'] as const

/** What a project's records are opened with. */
export interface Opener {
  /** Salts every hash. */
  readonly projectId: number
  /** What the keys came from. */
  readonly profileKey: string
  readonly keys: KeyPair
  /** What was opened before: records that are kept are opened once. */
  readonly opened?: WeakMap<WireSecret, Secret>
}

/**
 * @param records of the opener's project
 * @returns the secrets, in the same order
 * @throws CliRunError `cli_error` when a field isn't what the project's keys encrypted, or isn't UTF-8 text
 */
export function openSecretRecords(opener: Opener, records: readonly WireSecret[]): Secret[] {
  const opened = opener.opened ?? new Map<WireSecret, Secret>()
  const unopened = records.filter((record) => !opened.has(record))
  openEach(opener.keys, unopened, TEXT_FIELDS, (record, ahead, at) => {
    opened.set(record, openSecretRecord(opener, record, ahead, at))
  })
  return records.flatMap((record) => opened.get(record) ?? [])
}

/** @throws as {@link openSecretRecords} */
export function openEnvironmentRecords(
  { projectId, keys }: Opener,
  records: readonly WireEnvironment[],
): Environment[] {
  return records.map((record) => {
    const { id } = record
    return new Environment({
      id,
      projectId,
      name: requireText(keys, record.name, 'name of environment', id),
      hash: record.hash,
      externalUrl: showText(keys, record.external_url, 'external_url of environment', id),
      description: showText(keys, record.description, 'description of environment', id),
      creationDate: record.creation_date,
      revisionDate: record.revision_date,
      updatedDate: record.updated_date,
    })
  })
}

function openSecretRecord(
  { projectId, keys }: Opener,
  record: WireSecret,
  ahead: readonly Ahead[],
  at: number,
): Secret {
  const { id } = record
  return new Secret({
    id,
    projectId,
    key: requireText(keys, record.key, 'key of secret', id, ahead[at]),
    value: requireText(keys, record.value, 'value of secret', id, ahead[at + 1]),
    description: showText(keys, record.description, 'description of secret', id, ahead[at + 2]),
    environmentName: isOfAll(record)
      ? null
      : showText(keys, record.environment_name, 'environment_name of secret', id, ahead[at + 3]),
    environmentId: record.environment_id || null,
    environmentHash: record.environment_hash || null,
    secretHash: record.secret_hash,
    creationDate: record.creation_date,
    revisionDate: record.revision_date,
    updatedDate: record.updated_date,
    deletedDate: record.deleted_date,
    lastUseDate: record.last_use_date,
  })
}

function requireText(keys: KeyPair, text: string | null, field: string, id: string, ahead?: Ahead): string {
  const opened = openText(keys, text, field, id, ahead)
  if (opened !== undefined) return opened
  throw new CliRunError(`the ${field} ${id} is not UTF-8 text, so it can't be a string: save it anew`)
}

/** Nothing is decided by these, so plaintext is taken as it is. protocol: section 2, Rules */
function showText(keys: KeyPair, text: string | null, field: string, id: string, ahead?: Ahead): string {
  const isEncrypted = ahead !== undefined || (text !== null && parseEncString(text) !== undefined)
  return isEncrypted ? requireText(keys, text, field, id, ahead) : (text ?? '')
}
