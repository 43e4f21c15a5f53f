/**
 * A start that repeats an earlier one: a warm start of a program that is started again and again. It must come to what
 * the whole way would come to, so whatever is in doubt takes the whole way: `record.ts` makes the records.
 */
import { existsSync } from 'node:fs'
import { readTextFile } from '../config/text-file.ts'
import type { Change } from '../environment/apply.ts'
import { type Env, isSet } from '../environment/names.ts'
import { findFolderFault, readPrivateFile, signatureOf } from '../vault/private-file.ts'
import type { Circumstances } from './circumstances.ts'
import { openRecord } from './sealed-record.ts'
import { MAX_RECORD_BYTES, type StartRecord } from './start-record.ts'

/** What every Linux takes as arguments and environment, with some reserve: see `exec-size.ts`. */
const MAX_ENVIRONMENT_BYTES = 100_000
/** UTF-8 has at most so many bytes for a character of a string. */
const BYTES_PER_CHARACTER = 3

/**
 * @param circumstances of this start
 * @param env the variables that are set
 * @returns what is to be done to them; undefined: there is no record of such a start, or something has changed since
 */
export function replayStart(circumstances: Circumstances, env: Env): Change | undefined {
  try {
    const record = readRecord(circumstances)
    if (record === undefined || !isFresh(record) || !isUnchanged(record) || !isSameMerge(record, env))
      return undefined
    const { deletions, injected, marker } = record
    return { deletions, injected: new Map(injected), marker: marker ?? undefined }
  } catch {
    // No folder, or none that can be looked at: the whole way knows what to say.
    return undefined
  }
}

function readRecord({ blake3, folder, file, key }: Circumstances): StartRecord | undefined {
  if (findFolderFault(folder) !== undefined) return undefined
  const { bytes } = readPrivateFile(file, MAX_RECORD_BYTES)
  const text = bytes && openRecord(blake3, key, bytes)
  return text === undefined ? undefined : JSON.parse(text)
}

function isFresh({ view, restTimeSeconds }: StartRecord): boolean {
  const ageMs = Date.now() - view.validatedAtMs
  return ageMs >= 0 && ageMs < restTimeSeconds * 1000
}

function isUnchanged({ view, witnesses }: StartRecord): boolean {
  if (signatureOf(view.file) !== view.signature) return false
  return witnesses.every(({ path, found }) => {
    return typeof found === 'string'
      ? readTextFile(path, found.length * BYTES_PER_CHARACTER) === found
      : existsSync(path) === found
  })
}

/** Whether secrets and `.env` meet the same variables, and the outcome needs no word about its size. */
function isSameMerge({ injected, kept, replaced, required, marker }: StartRecord, env: Env): boolean {
  const wasSet = new Set(replaced)
  let characters = marker?.length ?? 0
  for (const [name, value] of injected) {
    if (isSet(env, name) !== wasSet.has(name)) return false
    characters += name.length + value.length
  }
  for (const name in env) characters += name.length + (env[name] ?? '').length
  return (
    characters * BYTES_PER_CHARACTER < MAX_ENVIRONMENT_BYTES &&
    kept.every((name) => isSet(env, name)) &&
    required.every((name) => isSet(env, name) && env[name] !== '')
  )
}
