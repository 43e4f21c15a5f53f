/** Makes the record of a start that went the whole way, was answered by the cache, and had nothing to say. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Composed } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { type Env, isSet } from '../environment/names.ts'
import { LogLevel } from '../logger.ts'
import type { OpenedSecrets } from '../vault/open.ts'
import { removeFile, writePrivateFile } from '../vault/private-file.ts'
import type { Circumstances } from './circumstances.ts'
import { SALT_BYTES, sealRecord } from './sealed-record.ts'
import { MAX_RECORD_BYTES, type StartRecord } from './start-record.ts'

/** Of one access key; with more than this, starts differ so much that most are of no use. */
const MAX_RECORDS = 64

/** A start, as it was. */
export interface Start {
  readonly config: Config
  readonly secrets: OpenedSecrets
  readonly composed: Pick<Composed, 'change' | 'warnings' | 'report'>
  /** The variables before anything was done to them. */
  readonly env: Env
}

/**
 * A record that can't be written is none, which costs the next start no more than this one took.
 *
 * @param circumstances described before anything was done to the environment
 */
export function recordStart(circumstances: Circumstances, start: Start): void {
  const record = toRecord(circumstances, start)
  if (record === undefined) return
  const { blake3, key, file, folder, owner } = circumstances
  const text = JSON.stringify(record)
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES - 1024) return
  prune(folder, owner)
  writePrivateFile(file, sealRecord(blake3, key, randomBytes(SALT_BYTES), text))
}

function toRecord({ folder }: Circumstances, start: Start): StartRecord | undefined {
  const { config, secrets, composed, env } = start
  const { change, warnings, report } = composed
  const { freshView } = secrets
  const isSilent = config.warnings.length + warnings.length === 0 && config.logLevel !== LogLevel.DEBUG
  if (freshView === undefined || config.restTimeSeconds === 0) return undefined
  if (!isSilent || config.cacheFolder !== folder) return undefined
  const kept = report.filter(({ source, leftOut }) => source === 'process' && leftOut === undefined)
  return {
    view: freshView,
    restTimeSeconds: config.restTimeSeconds,
    witnesses: config.witnesses,
    kept: kept.map(({ name }) => name),
    replaced: [...change.injected.keys()].filter((name) => isSet(env, name)),
    required: config.policy.required.filter((name) => !change.injected.has(name)),
    deletions: change.deletions,
    injected: [...change.injected],
    marker: change.marker ?? null,
  }
}

function prune(folder: string, owner: string): void {
  const records = readdirSync(folder).filter((file) => file.startsWith(owner))
  if (records.length >= MAX_RECORDS) for (const file of records) removeFile(join(folder, file))
}
