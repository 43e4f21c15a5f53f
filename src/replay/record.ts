/** Makes the record of a start that went the whole way, and had nothing to say. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Composed } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { nodeCrypto } from '../crypto/node-crypto.ts'
import { type Env, isSet } from '../environment/names.ts'
import { LogLevel } from '../logger.ts'
import { RECORD_SUFFIX } from '../vault/cache.ts'
import type { FreshView, OpenedSecrets } from '../vault/open.ts'
import { removeFile, writePassingFiles } from '../vault/private-file.ts'
import type { Circumstances } from './circumstances.ts'
import { formatRecord } from './record-text.ts'
import { SALT_BYTES, sealRecord } from './sealed-record.ts'
import { isSmall, MAX_RECORD_BYTES, type Outcome, type StartRecord } from './start-record.ts'

/** Of one access key; with more than this, starts differ so much that most are of no use. */
const MAX_RECORDS = 64

/** What sealing may add to a text. */
const SEALING_BYTES = 1024

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
  const text = formatRecord(record, circumstances)
  if (text === undefined || !isSmall(text, start.env)) return
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES - SEALING_BYTES) return
  try {
    prune(folder, owner)
    writePassingFiles(new Map([[file, sealRecord(blake3, key, nodeCrypto().randomBytes(SALT_BYTES), text)]]))
  } catch {
    // There is no folder, because there can't be one.
  }
}

function toRecord({ folder }: Circumstances, start: Start): StartRecord | undefined {
  const { config, secrets, composed } = start
  const { witnesses, restTimeSeconds, fetch, snapshotFile, cacheFolder, logLevel } = config
  const isSilent = config.warnings.length + composed.warnings.length === 0 && logLevel !== LogLevel.DEBUG
  if (!isSilent || cacheFolder !== folder || fetch || snapshotFile !== undefined) return undefined
  if (restTimeSeconds === 0) return { witnesses, outcome: null }
  const { freshView } = secrets
  if (freshView === undefined) return undefined
  return { witnesses, outcome: toOutcome(freshView, start) }
}

function toOutcome(view: FreshView, { config, composed, env }: Start): Outcome {
  const { change, report } = composed
  const kept = report.filter(({ source, leftOut }) => source === 'process' && leftOut === undefined)
  return {
    view,
    restTimeSeconds: config.restTimeSeconds,
    kept: kept.map(({ name }) => name),
    replaced: [...change.injected.keys()].filter((name) => isSet(env, name)),
    required: config.policy.required.filter((name) => !change.injected.has(name)),
    deletions: change.deletions,
    injected: [...change.injected],
    marker: change.marker ?? null,
  }
}

function prune(folder: string, owner: string): void {
  const isRecord = (file: string) => file.startsWith(owner) && file.endsWith(RECORD_SUFFIX)
  const records = readdirSync(folder).filter(isRecord)
  if (records.length >= MAX_RECORDS) for (const file of records) removeFile(join(folder, file))
}
