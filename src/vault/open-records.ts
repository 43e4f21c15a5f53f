/** Wire records to what the SDK gives out. All of a record is opened, or none. protocol: section 2 */
import { parseEncString } from '../crypto/enc-string.ts'
import type { KeyPair } from '../crypto/keys.ts'
import { CliRunError } from '../errors.ts'
import type { WireEnvironment, WireSecret } from '../wire/types.ts'
import { Environment } from './environment.ts'
import { isOfAll, openText } from './open.ts'
import { Secret } from './secret.ts'

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
  return records.map((record) => {
    const known = opener.opened?.get(record)
    if (known !== undefined) return known
    const secret = openSecretRecord(opener, record)
    opener.opened?.set(record, secret)
    return secret
  })
}

/** @throws as {@link openSecretRecords} */
export function openEnvironmentRecords(
  { projectId, keys }: Opener,
  records: readonly WireEnvironment[],
): Environment[] {
  return records.map((record) => {
    const of = `of environment ${record.id}`
    return new Environment({
      id: record.id,
      projectId,
      name: requireText(keys, record.name, `name ${of}`),
      hash: record.hash,
      externalUrl: showText(keys, record.external_url, `external_url ${of}`),
      description: showText(keys, record.description, `description ${of}`),
      creationDate: record.creation_date,
      revisionDate: record.revision_date,
      updatedDate: record.updated_date,
    })
  })
}

function openSecretRecord({ projectId, keys }: Opener, record: WireSecret): Secret {
  const of = `of secret ${record.id}`
  return new Secret({
    id: record.id,
    projectId,
    key: requireText(keys, record.key, `key ${of}`),
    value: requireText(keys, record.value, `value ${of}`),
    description: showText(keys, record.description, `description ${of}`),
    environmentName: isOfAll(record)
      ? null
      : showText(keys, record.environment_name, `environment_name ${of}`),
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

function requireText(keys: KeyPair, text: string | null, field: string): string {
  const opened = openText(keys, text, field)
  if (opened !== undefined) return opened
  throw new CliRunError(`the ${field} is not UTF-8 text, so it can't be a string: save it anew`)
}

/** Nothing is decided by these, so plaintext is taken as it is. protocol: section 2, Rules */
function showText(keys: KeyPair, text: string | null, field: string): string {
  const isEncrypted = text !== null && parseEncString(text) !== undefined
  return isEncrypted ? requireText(keys, text, field) : (text ?? '')
}
