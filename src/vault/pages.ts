/** A whole list from its pages, untorn. protocol: section 4 */
import { APIConnectionError } from '../errors.ts'
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
    const pages: WirePage<Item>[] = sideBySide
      ? await readSideBySide(first, readNumber)
      : await readByNext(first, readPage, service.apiBase)
    const items = pages.flatMap((page) => page.results)
    const isWhole: boolean = hasDistinctIds(items) && (!sideBySide || items.length === first.count)
    if (isWhole && isOneRevision(pages)) return { revisionDate: first.revision_date, items }
    // A count that doesn't add up may be the server's own way to page: from here on, `next` leads.
    sideBySide &&= isWhole
  }
  throw new APIConnectionError(
    `the project changed during each of ${MAX_READS} reads: try again when nobody is writing to it`,
    { retryable: true },
  )
}

async function readSideBySide<Item>(
  first: WirePage<Item>,
  readNumber: (page: number) => Promise<WirePage<Item>>,
): Promise<WirePage<Item>[]> {
  const pages = [first]
  if (!first.next || first.results.length === 0) return pages
  const pageCount = Math.ceil(first.count / first.results.length)
  let next = 2
  const readSome = async () => {
    while (next <= pageCount) {
      const page = next++
      pages[page - 1] = await readNumber(page)
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readSome))
  return pages
}

async function readByNext<Item>(
  first: WirePage<Item>,
  readPage: (endpoint: Endpoint) => Promise<WirePage<Item>>,
  apiBase: string,
): Promise<WirePage<Item>[]> {
  const pages = [first]
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

function hasDistinctIds(items: readonly { readonly id: string }[]): boolean {
  return new Set(items.map((item) => item.id)).size === items.length
}

function isOneRevision(pages: readonly WirePage<unknown>[]): boolean {
  return pages.every((page) => page.revision_date === pages[0]?.revision_date)
}
