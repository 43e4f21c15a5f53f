/** A whole list from its pages, untorn. protocol: section 4 */
import { APIConnectionError, LockerError } from '../errors.ts'
import type { Deadline } from '../http/deadline.ts'
import { type Endpoint, followNext, type ListFilter } from '../http/endpoints.ts'
import type { Service } from '../http/service.ts'
import { type Decoder, decodePage } from '../wire/decode.ts'
import type { WirePage } from '../wire/types.ts'

/** Pages asked for at the same time. */
export const PAGES_AT_ONCE = 4
/** Reads of a list that keeps changing while it is read. */
export const MAX_READS = 3

/** A list as it was at one moment. */
export interface WholeList<Item> {
  readonly revisionDate: number
  readonly items: readonly Item[]
}

/** How to read one list. */
export interface ListReader<Item> {
  readonly endpoint: (filter: ListFilter) => Endpoint
  readonly decodeItem: Decoder<Item>
  readonly filter?: Omit<ListFilter, 'page'>
}

/**
 * @returns every item of the list, at one revision
 * @throws APIConnectionError `http_error` when the project kept changing, or `next` leads astray; else as
 *   {@link Service.read}
 */
export async function loadList<Item extends { readonly id: string }>(
  service: Service,
  reader: ListReader<Item>,
  deadline: Deadline,
): Promise<WholeList<Item>> {
  const readPage = (endpoint: Endpoint) => service.read(endpoint, decodePage(reader.decodeItem), deadline)
  const readNumber = (page: number) => readPage(reader.endpoint({ ...reader.filter, page }))
  let sideBySide = true
  for (let attempt = 1; attempt <= MAX_READS; attempt++) {
    const first = await readNumber(1)
    const rest: Promise<WirePage<Item>[]> = sideBySide
      ? readSideBySide(first, readNumber)
      : readByNext(first, readPage, service.apiBase)
    const pages = [first, ...(await rest.catch(nothingIfGone))]
    const items = pages.flatMap((page) => page.results)
    const isWhole: boolean =
      hasDistinctIds(items) && !pages.at(-1)?.next && (!sideBySide || items.length === first.count)
    if (isWhole && isOneRevision(pages)) return { revisionDate: first.revision_date, items }
    // A count that doesn't add up may be the server's own way to page: from here on, `next` leads.
    sideBySide &&= isWhole
  }
  throw new APIConnectionError(
    `the project changed during each of ${MAX_READS} reads: try again when nobody is writing to it`,
    { retryable: true },
  )
}

/** @returns the pages after the first, as many as its `count` promises */
async function readSideBySide<Item>(
  first: WirePage<Item>,
  readNumber: (page: number) => Promise<WirePage<Item>>,
): Promise<WirePage<Item>[]> {
  const pages: WirePage<Item>[] = []
  if (!first.next || first.results.length === 0) return pages
  let last = Math.ceil(first.count / first.results.length)
  let next = 2
  const readSome = async () => {
    while (next <= last) {
      const number = next++
      const page = await readNumber(number)
      pages[number - 2] = page
      if (!page.next) last = Math.min(last, number)
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readSome))
  return pages
}

/** @returns the pages after the first, as `next` leads */
async function readByNext<Item>(
  first: WirePage<Item>,
  readPage: (endpoint: Endpoint) => Promise<WirePage<Item>>,
  apiBase: string,
): Promise<WirePage<Item>[]> {
  const pages: WirePage<Item>[] = []
  const seen = new Set<string>()
  for (let next = first.next; next; next = pages.at(-1)?.next ?? null) {
    const endpoint = followNext(next, apiBase)
    if (endpoint === undefined || seen.has(endpoint.path)) {
      throw new APIConnectionError(
        "a page's `next` leads to another host or in a circle: not followed. Check LOCKER_API_BASE, and any proxy in between",
      )
    }
    seen.add(endpoint.path)
    pages.push(await readPage(endpoint))
  }
  return pages
}

/** A page that was promised isn't there: the list grew shorter meanwhile, or its `count` promised too much. */
function nothingIfGone(error: unknown): [] {
  if (error instanceof LockerError && error.statusCode === 404) return []
  throw error
}

function hasDistinctIds(items: readonly { readonly id: string }[]): boolean {
  return new Set(items.map((item) => item.id)).size === items.length
}

function isOneRevision(pages: readonly WirePage<unknown>[]): boolean {
  return pages.every((page) => page.revision_date === pages[0]?.revision_date)
}
