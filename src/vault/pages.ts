/** A list's pages from the service: all of them, or as a {@link walkPages} asks for them. protocol: section 4 */
import { APIConnectionError, LockerError } from '../errors.ts'
import type { Deadline } from '../http/deadline.ts'
import { type Endpoint, endpoints, followNext, type ListFilter } from '../http/endpoints.ts'
import type { Service } from '../http/service.ts'
import { type Decoder, decodeEnvironment, decodePage, decodeSecret } from '../wire/decode.ts'
import type { WireEnvironment, WirePage, WireSecret } from '../wire/types.ts'
import { type PageRequest, type WalkedList, walkPages } from './page-walk.ts'

/** Pages asked for at the same time. */
export const PAGES_AT_ONCE = 4

/** A list as it was at one moment. */
export interface WholeList<Item> extends WalkedList {
  readonly items: readonly Item[]
}

/** How to read one list. */
export interface ListReader<Item> {
  readonly endpoint: (filter: ListFilter) => Endpoint
  readonly decodeItem: Decoder<Item>
  readonly filter?: Omit<ListFilter, 'page'>
}

/** All secrets. */
export const SECRETS: ListReader<WireSecret> = { endpoint: endpoints.secrets, decodeItem: decodeSecret }
/** All environments. */
export const ENVIRONMENTS: ListReader<WireEnvironment> = {
  endpoint: endpoints.environments,
  decodeItem: decodeEnvironment,
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
  let items: Item[] = []
  const visitor = {
    begin: () => {
      items = []
    },
    take: (more: readonly Item[]) => {
      for (const item of more) items.push(item)
    },
  }
  const walk = walkPages(visitor, Number.POSITIVE_INFINITY)
  let step = walk.next()
  while (!step.done) step = walk.next(await readPages(service, reader, step.value, deadline))
  return { ...step.value, items }
}

/**
 * @param request which pages; several are asked for side by side, bounded
 * @returns them in order; none when one of them isn't there, unless it is the first
 * @throws APIConnectionError `http_error` when `next` leads to another host; else as {@link Service.read}
 */
export async function readPages<Item>(
  service: Service,
  reader: ListReader<Item>,
  request: PageRequest,
  deadline: Deadline,
): Promise<readonly WirePage<Item>[]> {
  const readPage = (endpoint: Endpoint) => service.read(endpoint, decodePage(reader.decodeItem), deadline)
  if ('next' in request) {
    const page = readPage(endpointOf(request.next, service.apiBase))
    return page.then((one) => [one]).catch(nothingIfGone)
  }
  const { from, to } = request
  const pages = readRange(from, to, (page) => readPage(reader.endpoint({ ...reader.filter, page })))
  return from === 1 ? pages : pages.catch(nothingIfGone)
}

/** @returns the pages from one number to another, or to the one that nothing follows */
async function readRange<Item>(
  from: number,
  to: number,
  readNumber: (page: number) => Promise<WirePage<Item>>,
): Promise<WirePage<Item>[]> {
  const pages: WirePage<Item>[] = []
  let last = to
  let next = from
  const readSome = async () => {
    while (next <= last) {
      const number = next++
      const page = await readNumber(number)
      pages[number - from] = page
      if (!page.next) last = Math.min(last, number)
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readSome))
  return pages
}

function endpointOf(next: string, apiBase: string): Endpoint {
  const endpoint = followNext(next, apiBase)
  if (endpoint !== undefined) return endpoint
  throw new APIConnectionError(
    "a page's `next` leads to another host: not followed. Check LOCKER_API_BASE, and any proxy in between",
  )
}

/** A page that was promised isn't there: the list grew shorter meanwhile, or its `count` promised too much. */
function nothingIfGone(error: unknown): [] {
  if (error instanceof LockerError && error.statusCode === 404) return []
  throw error
}
