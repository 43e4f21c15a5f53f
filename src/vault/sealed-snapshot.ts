/** A sealed snapshot at a path that the user names: `--seal` writes it, `LOCKER_SNAPSHOT` reads it. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { AccessKey } from '../config/credentials.ts'
import { CliRunError, describeFailure } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { describeAge } from './freshness.ts'
import { writeOutputFile } from './output-file.ts'
import { MAX_FILE_BYTES } from './private-file.ts'
import { scopeHash, sealContent, unsealContent } from './sealed-file.ts'
import type { Snapshot } from './snapshot.ts'

/** Whose snapshot, and where it lies. */
export interface SealedSnapshotScope {
  /** Absolute. It may be root's and behind links: whoever may name it may also replace it. */
  readonly file: string
  /** What named it, for errors; left out: the variable. */
  readonly namedBy?: string
  readonly apiBase: string
  readonly accessKey: AccessKey
}

const VARIABLE = 'LOCKER_SNAPSHOT'

/**
 * @param maxStaleSeconds the oldest that will do; undefined: any age
 * @throws CliRunError `cli_error` when the file can't be read, was changed, belongs to another key or is too old
 */
export function openSealedSnapshot(
  scope: SealedSnapshotScope,
  maxStaleSeconds: number | undefined,
  nowMs: number,
): Snapshot {
  const { apiBase, accessKey } = scope
  const opened = unsealContent<Snapshot>(
    readRegularFile(scope),
    'snapshot',
    scopeHash(apiBase, accessKey.id),
    accessKey,
  )
  if ('reason' in opened) throw refuse(scope, opened.reason)
  const ageMs = nowMs - opened.content.fetchedAtMs
  if (maxStaleSeconds !== undefined && ageMs >= maxStaleSeconds * 1000) {
    throw refuse(scope, `it is ${describeAge(ageMs)} old, and LOCKER_MAX_STALE allows ${maxStaleSeconds} s`)
  }
  if (maxStaleSeconds !== undefined && ageMs < 0)
    throw refuse(scope, 'it is from the future: check the clock')
  return opened.content
}

/**
 * Atomic; what is written is the owner's alone (0600).
 *
 * @param snapshot should know every environment of the project
 * @throws CliRunError `cli_error` when the file can't be written; what was there before is still whole
 */
export function writeSealedSnapshot(
  { file, apiBase, accessKey }: SealedSnapshotScope,
  snapshot: Snapshot,
): void {
  const bytes = sealContent('snapshot', scopeHash(apiBase, accessKey.id), snapshot, accessKey)
  const reason = writeOutputFile(file, bytes)
  if (reason !== undefined) {
    throw new CliRunError(`the sealed snapshot can't be written: ${reason} (${oneLine(file)})`)
  }
}

function readRegularFile(scope: SealedSnapshotScope): Buffer {
  const { file, namedBy = VARIABLE } = scope
  let descriptor: number | undefined
  try {
    // O_NONBLOCK: a pipe in the file's place must not hang us.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw refuse(scope, 'it is not a regular file')
    if (stats.size > MAX_FILE_BYTES) throw refuse(scope, 'it is too large')
    return readFileSync(descriptor)
  } catch (error) {
    if (error instanceof CliRunError) throw error
    const reason = describeFailure(error)
    throw new CliRunError(
      `the sealed snapshot of ${namedBy} can't be read: ${reason} (${oneLine(file)}). Check the path and its permissions`,
    )
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function refuse({ file, namedBy = VARIABLE }: SealedSnapshotScope, reason: string): CliRunError {
  return new CliRunError(
    `the sealed snapshot of ${namedBy} can't be used: ${reason} (${oneLine(file)}). Seal it anew`,
  )
}
