/** Snapshot and access key to what an environment is made of: decrypts what is asked for, no more. */
import { isUtf8 } from 'node:buffer'
import { decrypt, openProjectKeys } from '../crypto/cipher.ts'
import { hashText } from '../crypto/hash.ts'
import { type KeyPair, stretchAccessKey } from '../crypto/keys.ts'
import type { Logger } from '../logger.ts'
import type { WireSecret } from '../wire/types.ts'
import { createHashCheck, type NoteKey } from './hash-check.ts'
import { type Ahead, openEach } from './open-each.ts'
import type { Snapshot } from './snapshot.ts'

/** Of a secret, as far as a start is concerned. */
const OPENED_FIELDS = ['key', 'value'] as const
const KEY = 'key of secret'
const VALUE = 'value of secret'

/** Keys to values. An undefined value is authentic, but no UTF-8: it can't be a string. */
export type OpenedLayer = ReadonlyMap<string, string | undefined>

/** What a start merges. */
export interface OpenedSecrets {
  /** The secrets that belong to no environment, and so to each. */
  readonly all: OpenedLayer
  /** The chosen environment's own; empty for ALL. */
  readonly environment: OpenedLayer
  /** Lines for stderr about secrets whose very key can't be a string. */
  readonly warnings: readonly string[]
  /** The cached view that they were read from, and nobody was asked; left out: somebody was. */
  readonly freshView?: FreshView
}

/** A view in the cache, as it was when it was read. */
export interface FreshView {
  readonly file: string
  /** Changes when the file is written: {@link signatureOf}. */
  readonly signature: string
  /** Unix milliseconds, just before the service was asked. */
  readonly validatedAtMs: number
}

/**
 * @param snapshot what the service sent
 * @param secretBytes the secret access key, decoded
 * @param environment the environment's name; undefined: ALL
 * @param logger is told, at debug level, of a `secret_hash` that isn't its key's
 * @throws CliRunError `cli_error` when the two halves of the access key don't belong together, or a key or
 *   value fails its integrity check
 */
export function openSecrets(
  snapshot: Pick<Snapshot, 'projectId' | 'profileKey' | 'secrets'>,
  secretBytes: Buffer,
  environment: string | undefined,
  logger?: Logger,
): OpenedSecrets {
  const keys = openProjectKeys(stretchAccessKey(secretBytes), snapshot.profileKey)
  const hash = environment === undefined ? undefined : hashText(snapshot.projectId, environment)
  const warnings: string[] = []
  const own = hash === undefined ? [] : snapshot.secrets.filter((secret) => secret.environment_hash === hash)
  const note = createHashCheck(snapshot.projectId, logger)
  return {
    all: openLayer(keys, snapshot.secrets.filter(isOfAll), warnings, note),
    environment: openLayer(keys, own, warnings, note),
    warnings,
  }
}

/**
 * Opens every secret of every environment and keeps nothing: for a snapshot that others are going to start from.
 *
 * @throws as {@link openSecrets}
 */
export function checkSecrets(
  { profileKey, secrets }: Pick<Snapshot, 'profileKey' | 'secrets'>,
  secretBytes: Buffer,
): void {
  const keys = openProjectKeys(stretchAccessKey(secretBytes), profileKey)
  openEach(keys, secrets, OPENED_FIELDS, (secret, ahead, at) => {
    openText(keys, secret.key, KEY, secret.id, ahead[at])
    openText(keys, secret.value, VALUE, secret.id, ahead[at + 1])
  })
}

/**
 * @param keys the project's keys
 * @param text an EncString; null or empty means empty. protocol: section 2, Rules
 * @param field which field of what, for the error
 * @param id of which one
 * @param ahead the text's plaintext, where it is decrypted already
 * @returns the text; undefined when it is authentic but no UTF-8
 * @throws CliRunError `cli_error` when it isn't what the project's keys encrypted
 */
export function openText(
  keys: KeyPair,
  text: string | null,
  field: string,
  id: number | string,
  ahead?: Ahead,
): string | undefined {
  if (text === null || text === '') return ''
  if (ahead !== undefined) return ahead
  const bytes = decrypt(keys, text, `${field} ${id}`)
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

/** @returns whether a secret belongs to ALL: it has neither id nor hash of an environment */
export function isOfAll(secret: WireSecret): boolean {
  return !secret.environment_id && !secret.environment_hash
}

/** The server keeps (key, environment) unique; if two came all the same, the younger one counts. */
function openLayer(
  keys: KeyPair,
  secrets: readonly WireSecret[],
  warnings: string[],
  note: NoteKey,
): OpenedLayer {
  const layer = new Map<string, string | undefined>()
  openEach(keys, [...secrets].sort(byRevision), OPENED_FIELDS, (secret, ahead, at) => {
    const key = openText(keys, secret.key, KEY, secret.id, ahead[at])
    const value = openText(keys, secret.value, VALUE, secret.id, ahead[at + 1])
    if (key === undefined) warnings.push(`secret ${secret.id} is left out: its key is not UTF-8 text`)
    else {
      layer.set(key, value)
      note(secret, key)
    }
  })
  return layer
}

function byRevision(a: WireSecret, b: WireSecret): number {
  return (a.revision_date ?? 0) - (b.revision_date ?? 0)
}
