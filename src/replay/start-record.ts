/**
 * The record of a start: what it came to, and what has to be the same for another start to come to it. Whoever finds all
 * of that unchanged need not resolve, open and merge anew.
 */
import type { Witness } from '../config/config.ts'
import type { FreshView } from '../vault/open.ts'

/** As JSON, sealed by `sealed-record.ts`. */
export interface StartRecord {
  /** The cached view that it came from. */
  readonly view: FreshView
  readonly restTimeSeconds: number
  readonly witnesses: readonly Witness[]
  /** Of the names at hand, those that were set before: no secret replaced them. */
  readonly kept: readonly string[]
  /** Those that were set before, and were replaced. */
  readonly replaced: readonly string[]
  /** Those that must be set to something, and are set by nobody here. */
  readonly required: readonly string[]
  readonly deletions: readonly string[]
  readonly injected: readonly (readonly [string, string])[]
  /** Null: too many names for one. */
  readonly marker: string | null
}

/** A larger one is not made: it would take as long to read as the start that it stands for. */
export const MAX_RECORD_BYTES = 64 * 1024
