/**
 * A start that repeats an earlier one: a warm start of a program that is started again and again. It must come to what
 * the whole way would come to, so whatever is in doubt takes the whole way: `record.ts` makes the records.
 */
import { existsSync } from 'node:fs'
import { readTextFile } from '../config/text-file.ts'
import { type Env, isSet } from '../environment/names.ts'
import { findFolderFault, readPrivateFile, signatureOf } from '../vault/private-file.ts'
import type { Circumstances } from './circumstances.ts'
import { parseRecord } from './record-text.ts'
import { openRecord } from './sealed-record.ts'
import {
  BYTES_PER_CHARACTER,
  isSmall,
  MAX_RECORD_BYTES,
  type Outcome,
  type Recollection,
  type StartRecord,
} from './start-record.ts'

/**
 * @param circumstances of this start
 * @param env the variables that are set
 * @returns what is known of it; undefined: there is no record of such a start, or what decided it has changed since
 */
export function recallStart(circumstances: Circumstances, env: Env): Recollection | undefined {
  try {
    const text = readRecord(circumstances)
    if (text === undefined) return undefined
    const { witnesses, outcome } = parseRecord(text, circumstances)
    if (!witnesses.every(isUnchanged)) return undefined
    if (outcome === null) return ASKS
    if (signatureOf(outcome.view.file) !== outcome.view.signature) return undefined
    if (!isFresh(outcome)) return ASKS
    if (!isSameMerge(outcome, env) || !isSmall(text, env)) return undefined
    const { deletions, injected, marker } = outcome
    return { kind: 'same', change: { deletions, injected: new Map(injected), marker: marker ?? undefined } }
  } catch {
    // No folder, or none that can be looked at: the whole way knows what to say.
    return undefined
  }
}

const ASKS: Recollection = { kind: 'asks' }

function readRecord({ blake3, folder, file, key }: Circumstances): string | undefined {
  if (findFolderFault(folder) !== undefined) return undefined
  const { bytes } = readPrivateFile(file, MAX_RECORD_BYTES)
  return bytes && openRecord(blake3, key, bytes)
}

function isUnchanged({ path, found }: StartRecord['witnesses'][number]): boolean {
  if (typeof found !== 'string') return existsSync(path) === found
  return readTextFile(path, found.length * BYTES_PER_CHARACTER) === found
}

function isFresh({ view, restTimeSeconds }: Outcome): boolean {
  const ageMs = Date.now() - view.validatedAtMs
  return ageMs >= 0 && ageMs < restTimeSeconds * 1000
}

/** Whether secrets and `.env` meet the same variables. */
function isSameMerge(outcome: Outcome, env: Env): boolean {
  const { injected, kept, replaced, required } = outcome
  const wasSet = new Set(replaced)
  return (
    injected.every((variable) => isSet(env, variable[0]) === wasSet.has(variable[0])) &&
    kept.every((name) => isSet(env, name)) &&
    required.every((name) => isSet(env, name) && env[name] !== '')
  )
}
