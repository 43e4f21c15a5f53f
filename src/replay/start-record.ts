/**
 * The record of a start: what decided it, and what it came to. Whoever finds unchanged what decided need not resolve,
 * open and merge anew, or knows at once that the service has to be asked.
 */
import type { Witness } from '../config/config.ts'
import type { Change } from '../environment/apply.ts'
import type { Env } from '../environment/names.ts'
import type { FreshView } from '../vault/open.ts'

/** Written as `record-text.ts` says, sealed by `sealed-record.ts`. */
export interface StartRecord {
  readonly witnesses: readonly Witness[]
  /** Null: nothing is ever good enough without asking the service, the rest time being 0. */
  readonly outcome: Outcome | null
}

/** What a start came to, and what else has to be the same for it. */
export interface Outcome {
  /** The cached view that it came from. */
  readonly view: FreshView
  readonly restTimeSeconds: number
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

/** What a record says to a start. */
export type Recollection =
  /** It comes to the same. */
  | { readonly kind: 'same'; readonly change: Change }
  /** It will ask the service, whatever that answers. */
  | { readonly kind: 'asks' }

/** A larger one is not made: it would take as long to read as the start that it stands for. */
export const MAX_RECORD_BYTES = 64 * 1024

/** What every Linux takes as arguments and environment, with some reserve: see `exec-size.ts`. */
const MAX_ENVIRONMENT_BYTES = 100_000
/** UTF-8 has at most so many bytes for a character of a string. */
export const BYTES_PER_CHARACTER = 3

/**
 * By characters of text, each counted as three bytes. A marker says the names again, and the text doesn't: but a name's
 * characters are one byte each.
 *
 * @param text of a record
 * @returns whether programs can be started with what it holds and the environment, whatever the system: nothing need be
 *   said of their size
 */
export function isSmall(text: string, env: Env): boolean {
  return (text.length + JSON.stringify(env).length) * BYTES_PER_CHARACTER < MAX_ENVIRONMENT_BYTES
}
