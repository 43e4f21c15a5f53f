/** What has changed since a known revision, in as few requests as can be. protocol: section 3, Filters */
import type { Deadline } from '../http/deadline.ts'
import { endpoints } from '../http/endpoints.ts'
import type { Service } from '../http/service.ts'
import { decodeCount, decodeNumber } from '../wire/decode.ts'
import type { WireSecret } from '../wire/types.ts'
import { loadList, SECRETS } from './pages.ts'

/** What the caller has: dates of the service's clock, in Unix seconds with fraction. */
export interface Known {
  readonly revisionDate: number
  /** Undefined when it was never asked for: a cold start leaves it out. */
  readonly deletedItemDate: number | undefined
}

/** The service's answer to {@link Known}. */
export type Changes =
  | { readonly kind: 'unchanged'; readonly deletedItemDate: number }
  /** The service is at an earlier revision than we are: a restored backup, or somebody playing it. */
  | { readonly kind: 'older'; readonly revisionDate: number }
  | { readonly kind: 'delta'; readonly delta: Delta }
  /** Something was deleted, or the list moved while it was read: only everything will do. */
  | { readonly kind: 'unclear'; readonly deletedItemDate: number }

/** The records revised since, and what must hold when they have been merged. */
export interface Delta {
  readonly revisionDate: number
  readonly deletedItemDate: number
  /** How many secrets the project has now. */
  readonly count: number
  readonly secrets: readonly WireSecret[]
}

/**
 * Two requests side by side when nothing has changed, two more when something has.
 *
 * @throws as {@link Service.read}
 */
export async function fetchChanges(service: Service, known: Known, deadline: Deadline): Promise<Changes> {
  const [revisionDate, deletedItemDate] = await Promise.all([
    service.read(endpoints.revisionDate, decodeNumber, deadline),
    service.read(endpoints.deletedItemDate, decodeNumber, deadline),
  ])
  if (revisionDate < known.revisionDate) return { kind: 'older', revisionDate }
  if (isUnchanged(known, revisionDate, deletedItemDate)) return { kind: 'unchanged', deletedItemDate }
  if (mayBeDeleted(known, deletedItemDate)) return { kind: 'unclear', deletedItemDate }
  const [list, count] = await Promise.all([
    loadList(service, { ...SECRETS, filter: { revisionDate: known.revisionDate } }, deadline),
    service.read(endpoints.secretsCount, decodeCount, deadline),
  ])
  if (list.revisionDate !== revisionDate) return { kind: 'unclear', deletedItemDate }
  return { kind: 'delta', delta: { revisionDate, deletedItemDate, count, secrets: list.items } }
}

/**
 * @param secrets what the snapshot had, at the delta's known revision or later
 * @returns what a full load would bring, in no particular order; undefined when the count doesn't add up
 */
export function mergeDelta(secrets: readonly WireSecret[], delta: Delta): readonly WireSecret[] | undefined {
  const merged = new Map(secrets.map((secret) => [secret.id, secret]))
  for (const secret of delta.secrets) merged.set(secret.id, secret)
  return merged.size === delta.count ? [...merged.values()] : undefined
}

function isUnchanged(known: Known, revisionDate: number, deletedItemDate: number): boolean {
  const sameDeletions = known.deletedItemDate === undefined || known.deletedItemDate === deletedItemDate
  return sameDeletions && revisionDate === known.revisionDate
}

/** Deletions aren't in a delta. Where their date at our revision isn't known, one at it or later may be news. */
function mayBeDeleted({ revisionDate, deletedItemDate }: Known, now: number): boolean {
  return deletedItemDate === undefined ? now >= revisionDate : now !== deletedItemDate
}
