/** What became of every name, and what of it is said on stderr. product: section 1, Merge policy */
import { oneLine } from '../logger.ts'
import type { LeftOutReason } from './candidates.ts'

/** Where a variable's value is from, lowest first. */
export type LayerName = 'ALL' | 'environment' | '.env' | 'process'

/** What became of one name. Never holds a value. */
export interface ReportRow {
  readonly name: string
  /** The secret's key, where a secret took part. */
  readonly key?: string
  /** Whose value counts; of a definition that was left out, where it stood. */
  readonly source: LayerName
  /** Whose values do not count because of it, highest first. */
  readonly hid: readonly LayerName[]
  /** Why the definition does not count. */
  readonly leftOut?: LeftOutReason
}

/** The reasons, in words. */
export const REASONS: Readonly<Record<LeftOutReason, string>> = {
  excluded: 'excluded by LOCKER_INCLUDE or LOCKER_EXCLUDE',
  syntax: 'no name for a variable',
  denied: 'could run code or redirect traffic, and is not in LOCKER_ALLOW',
  reserved: "lockerpm's own",
  nul: 'its value holds a NUL',
  encoding: 'its value is not UTF-8 text',
}

/** More names than this say no more, and a secret's key may be of any length. */
const MAX_NAMES = 20
const MAX_NAME_CHARS = 80

/** @returns a line about secrets of the environment that `.env` hides, in production usually a mistake */
export function describeHidden(report: readonly ReportRow[]): string | undefined {
  const hidden = report.filter(({ source, hid }) => source === '.env' && hid.includes('environment'))
  if (hidden.length === 0) return undefined
  const names = listNames(hidden.map(({ name }) => name))
  return `.env hides secrets of the environment: ${names}. Remove them there, or name them in LOCKER_OVERRIDE`
}

/** @returns a line about what syntax, deny list, NUL or encoding left out; what was excluded was asked for */
export function describeLeftOut(rows: readonly ReportRow[]): string | undefined {
  const parts = rows.flatMap(({ name, leftOut }) => {
    return leftOut === undefined || leftOut === 'excluded' ? [] : [`${shorten(name)} (${REASONS[leftOut]})`]
  })
  return parts.length === 0 ? undefined : `left out: ${list(parts)}`
}

/** @returns the names for a line on stderr: not too many, none too long */
export function listNames(names: readonly string[]): string {
  return list(names.map(shorten))
}

function list(parts: readonly string[]): string {
  const shown = parts.slice(0, MAX_NAMES).join(', ')
  return oneLine(parts.length > MAX_NAMES ? `${shown} and ${parts.length - MAX_NAMES} more` : shown)
}

function shorten(name: string): string {
  return name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS)}…` : name
}
