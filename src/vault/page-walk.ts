/**
 * A whole list from its pages, untorn: which pages to ask for, and what their answers come to. Asks nothing
 * itself, so that one rule serves who reads a list at once and who reads it bit by bit. protocol: section 4
 */
import { APIConnectionError } from '../errors.ts'
import type { WirePage } from '../wire/types.ts'

/** Reads of a list that keeps changing while it is read. */
export const MAX_READS = 3

/**
 * What to ask for: the pages from one number to another, up to the last, or the one that `next` leads to. If one of
 * them isn't there any more (404), the answer is none at all.
 */
export type PageRequest = { readonly from: number; readonly to: number } | { readonly next: string }

/** What every walk asks for first. */
export const FIRST_PAGE = { from: 1, to: 1 } as const

/** Gets a list's items as they come. */
export interface ListVisitor<Item> {
  /** Called before the first page, and again when what came so far doesn't count because the list has changed. */
  begin(): void
  take(items: readonly Item[]): void
}

/** A list as it was at one moment. */
export interface WalkedList {
  readonly revisionDate: number
}

/** A walk under way: yields requests, takes their pages in order. */
export type Walk<Item> = Generator<PageRequest, WalkedList, readonly WirePage<Item>[]>

/** One read of the list. */
interface Reading {
  readonly first: WirePage<unknown>
  /** Every page came, with distinct ids, and nothing follows the last one. */
  readonly isWhole: boolean
  readonly isOneRevision: boolean
  readonly items: number
}

/**
 * @param visitor gets every item of the list, at one revision, once this returns
 * @param pagesAtOnce how many pages a request may be for
 * @throws APIConnectionError `http_error` when the list kept changing, or `next` leads in a circle
 */
export function* walkPages<Item extends { readonly id: string }>(
  visitor: ListVisitor<Item>,
  pagesAtOnce: number,
): Walk<Item> {
  let sideBySide = true
  for (let read = 1; read <= MAX_READS; read++) {
    visitor.begin()
    const reading: Reading = yield* readOnce(visitor, sideBySide ? pagesAtOnce : 0)
    const { first, isWhole, isOneRevision, items } = reading
    const isComplete: boolean = isWhole && (!sideBySide || items === first.count)
    if (isComplete && isOneRevision) return { revisionDate: first.revision_date }
    // A count that doesn't add up may be the server's own way to page: from here on, `next` leads.
    sideBySide &&= isComplete || !isOneRevision
  }
  throw new APIConnectionError(
    `the project changed during each of ${MAX_READS} reads: try again when nobody is writing to it`,
    { retryable: true },
  )
}

/** @param pagesAtOnce 0: follow `next` */
function* readOnce<Item extends { readonly id: string }>(
  visitor: ListVisitor<Item>,
  pagesAtOnce: number,
): Generator<PageRequest, Reading, readonly WirePage<Item>[]> {
  const [first] = yield FIRST_PAGE
  if (first === undefined) throw new TypeError('a list was answered with no page')
  const ids = new Set<string>()
  let [items, last, isOneRevision, isGone] = [0, first, true, false]
  const take = (pages: readonly WirePage<Item>[]) => {
    isGone = pages.length === 0
    for (const page of pages) {
      for (const { id } of page.results) ids.add(id)
      items += page.results.length
      isOneRevision &&= page.revision_date === first.revision_date
      last = page
      visitor.take(page.results)
    }
  }
  take([first])
  const requests = pagesAtOnce === 0 ? followNext(() => last.next) : numberPages(first, pagesAtOnce)
  for (const request of requests) {
    take(yield request)
    if (isGone || !isOneRevision || (pagesAtOnce > 0 && !last.next)) break
  }
  return { first, isWhole: !isGone && !last.next && ids.size === items, isOneRevision, items }
}

/** As many pages after the first as its `count` promises. */
function* numberPages(
  { count, next, results }: WirePage<unknown>,
  pagesAtOnce: number,
): Generator<PageRequest> {
  if (!next || results.length === 0) return
  const last = Math.ceil(count / results.length)
  for (let from = 2; from <= last; from += pagesAtOnce)
    yield { from, to: Math.min(from + pagesAtOnce - 1, last) }
}

function* followNext(nextOf: () => string | null): Generator<PageRequest> {
  const seen = new Set<string>()
  for (let next = nextOf(); next; next = nextOf()) {
    if (seen.has(next)) {
      throw new APIConnectionError(
        "a page's `next` leads in a circle: not followed. Check LOCKER_API_BASE, and any proxy in between",
      )
    }
    seen.add(next)
    yield { next }
  }
}
