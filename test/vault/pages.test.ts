import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { APIConnectionError, AuthenticationError, ResourceNotFoundError } from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { MAX_READS } from '../../src/vault/page-walk.ts'
import { loadList, type WholeList } from '../../src/vault/pages.ts'
import type { Decoder } from '../../src/wire/decode.ts'
import { failureOf, openDeadline, openService } from '../http/client.ts'
import { json, startServer, type TestServer } from '../http/test-server.ts'
import { pageOf, REVISION_DATE } from './test-project.ts'

interface Item {
  readonly id: string
}

const decodeItem: Decoder<Item> = (value) => value as Item

const items = (count: number, from = 1): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${from + index}` }))

const load = (apiBase: string): Promise<WholeList<Item>> =>
  loadList(openService(apiBase), { endpoint: endpoints.secrets, decodeItem }, openDeadline())

/** What a server answers for one page of the list's read number `read`; undefined: 404. */
type Pages = (page: number, read: number) => object | undefined

const NOT_FOUND = { code: 'not_found', message: 'no such page' }

/** Counts reads by requests for page 1. */
async function servePages(pages: Pages): Promise<TestServer> {
  let read = 0
  return await startServer(({ path }, response) => {
    const page = pageNumber(path)
    if (page === 1) read++
    const body = pages(page, read)
    json(response, body === undefined ? 404 : 200, body ?? NOT_FOUND)
  })
}

const pageNumber = (path: string) => Number(new URL(path, 'http://localhost').searchParams.get('page'))

const nextOf = (page: number) => `/v1/secrets?page=${page}`

/** Pages of a well-behaved server. */
function split(list: readonly Item[], pageSize: number, revision = () => REVISION_DATE): Pages {
  return (page) => {
    const end = page * pageSize
    return pageOf(list.slice(end - pageSize, end), {
      count: list.length,
      next: end < list.length ? nextOf(page + 1) : null,
      revision_date: revision(),
    })
  }
}

const numbersOf = ({ seen }: TestServer) => seen.map(({ path }) => pageNumber(path))

describe('a list', () => {
  it.each([
    [0, 3, 1],
    [1, 3, 1],
    [3, 3, 1],
    [4, 3, 2],
    [6, 3, 2],
    [7, 3, 3],
    [40, 3, 14],
  ])('of %i on pages of %i takes %i requests, in order', async (count, pageSize, requests) => {
    const server = await servePages(split(items(count), pageSize))
    await expect(load(server.origin)).resolves.toEqual({ revisionDate: REVISION_DATE, items: items(count) })
    expect(server.seen).toHaveLength(requests)
    expect(numbersOf(server)[0]).toBe(1)
  })

  it('comes whole from pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 31 }), async (count, pageSize) => {
        const server = await servePages(split(items(count), pageSize))
        expect((await load(server.origin)).items).toEqual(items(count))
        expect(server.seen).toHaveLength(Math.max(1, Math.ceil(count / pageSize)))
      }),
      { numRuns: 25 },
    )
  })

  it('asks for its later pages as it asked for the first', async () => {
    const server = await servePages(split(items(2), 1))
    const reader = { endpoint: endpoints.secrets, decodeItem, filter: { hash: 'h', revisionDate: 7 } }
    await loadList(openService(server.origin), reader, openDeadline())
    expect(server.seen.map(({ path }) => path)).toEqual([
      endpoints.secrets({ hash: 'h', revisionDate: 7, page: 1 }).path,
      endpoints.secrets({ hash: 'h', revisionDate: 7, page: 2 }).path,
    ])
  })

  it('is asked for side by side, but not more than a few pages at once', async () => {
    let now = 0
    let most = 0
    const pages = split(items(30), 2)
    const server = await startServer(({ path }, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        json(response, 200, pages(pageNumber(path), 1))
      }, 20)
    })
    expect((await load(server.origin)).items).toEqual(items(30))
    expect(most).toBe(4)
  })

  it('is not asked for further than `next` goes', async () => {
    const pages: Pages = (page) =>
      page <= 3
        ? pageOf(items(1, page), { count: 1_000_000, next: page < 3 ? nextOf(page + 1) : null })
        : pageOf([], { count: 1_000_000 })
    const server = await servePages(pages)
    expect((await load(server.origin)).items).toEqual(items(3))
    expect(server.seen.length).toBeLessThan(20)
  })
})

describe('a count that does not add up', () => {
  /** Pages 1, 2 and 3 hold one, two and three items, and `next` tells. */
  const uneven: Pages = (page) =>
    page > 3
      ? undefined
      : pageOf(items(page, [0, 1, 2, 4][page]), { count: 6, next: page < 3 ? nextOf(page + 1) : null })

  it.each<[string, Pages]>([
    ['because pages differ in size, and those beyond the last are missing', uneven],
    [
      'because it is too small',
      (page) => pageOf(items(2, 2 * page - 1), { count: 2, next: page < 3 ? nextOf(page + 1) : null }),
    ],
    [
      'because it is too large',
      (page) => pageOf(items(2, 2 * page - 1), { count: 9, next: page < 3 ? nextOf(page + 1) : null }),
    ],
    [
      'because it is nothing',
      (page) => pageOf(items(2, 2 * page - 1), { count: 0, next: page < 3 ? nextOf(page + 1) : null }),
    ],
  ])('%s: `next` leads', async (_, pages) => {
    const server = await servePages(pages)
    expect((await load(server.origin)).items).toEqual(items(6))
    expect(numbersOf(server).slice(-3)).toEqual([1, 2, 3])
  })

  it('until empty pages are counted as well adds up after all', async () => {
    const server = await servePages((page, read) => uneven(page, read) ?? pageOf([], { count: 6 }))
    expect((await load(server.origin)).items).toEqual(items(6))
    expect(numbersOf(server).toSorted()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('on a single page costs one more request, no more', async () => {
    const server = await servePages(() => pageOf(items(2), { count: 3 }))
    expect((await load(server.origin)).items).toEqual(items(2))
    expect(server.seen).toHaveLength(2)
  })

  it('beside an empty first page that has a next is no reason to stop', async () => {
    const server = await servePages((page) =>
      page === 1 ? pageOf([], { count: 0, next: nextOf(2) }) : pageOf(items(2), { count: 0 }),
    )
    expect((await load(server.origin)).items).toEqual(items(2))
  })

  it('because an id came twice: `next` leads', async () => {
    const server = await servePages((page, read) =>
      page === 1
        ? pageOf(items(2), { count: 4, next: nextOf(2) })
        : pageOf(read === 1 ? items(2, 2) : items(2, 3), { count: 4 }),
    )
    expect((await load(server.origin)).items).toEqual(items(4))
    expect(numbersOf(server)).toEqual([1, 2, 1, 2])
  })

  it('because the same id comes twice each time is an error', async () => {
    const server = await servePages((page) =>
      pageOf(items(2, page), { count: 4, next: page === 1 ? nextOf(2) : null }),
    )
    const failure = await failureOf(load(server.origin))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toContain(`the project changed during each of ${MAX_READS} reads`)
    expect(numbersOf(server)).toEqual([1, 2, 1, 2, 1, 2])
  })
})

describe('a torn read', () => {
  const tornUntil =
    (lastTorn: number): Pages =>
    (page, read) =>
      pageOf(items(2, 2 * page - 1), {
        count: 6,
        next: page < 3 ? nextOf(page + 1) : null,
        revision_date: read <= lastTorn && page === 2 ? REVISION_DATE + 0.001 : REVISION_DATE,
      })

  it.each([
    [0, 3],
    [1, 6],
    [2, 9],
  ])('that happens %i times is read again: %i requests', async (lastTorn, requests) => {
    const server = await servePages(tornUntil(lastTorn))
    await expect(load(server.origin)).resolves.toEqual({ revisionDate: REVISION_DATE, items: items(6) })
    expect(server.seen).toHaveLength(requests)
  })

  it('that happens three times is an error, which may pass', async () => {
    const server = await servePages(tornUntil(3))
    const failure = await failureOf(load(server.origin))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toBe(
      'the project changed during each of 3 reads: try again when nobody is writing to it',
    )
    expect(failure.retryable).toBe(true)
    expect(server.seen).toHaveLength(9)
  })

  it('is found also where only the last page differs, and where `next` leads', async () => {
    const server = await servePages((page, read) =>
      pageOf(items(2, 2 * page - 1), {
        count: 5,
        next: page === 1 ? nextOf(2) : null,
        revision_date: read === 2 && page === 2 ? REVISION_DATE + 1 : REVISION_DATE,
      }),
    )
    expect((await load(server.origin)).items).toEqual(items(4))
    expect(numbersOf(server).slice(-4)).toEqual([1, 2, 1, 2])
  })

  it('is one too when a page has gone meanwhile', async () => {
    const server = await servePages((page, read) => {
      if (read === 1) return page === 1 ? pageOf(items(2), { count: 4, next: nextOf(2) }) : undefined
      return pageOf(items(2))
    })
    expect((await load(server.origin)).items).toEqual(items(2))
    expect(numbersOf(server)).toEqual([1, 2, 1])
  })

  it('of a page that has gone each time is an error', async () => {
    const server = await servePages((page) =>
      page === 1 ? pageOf(items(2), { count: 4, next: nextOf(2) }) : undefined,
    )
    expect((await failureOf(load(server.origin))).message).toContain('the project changed')
    expect(numbersOf(server)).toEqual([1, 2, 1, 2, 1, 2])
  })

  it('is none when the first page is missing', async () => {
    const server = await servePages(() => undefined)
    expect(await failureOf(load(server.origin))).toBeInstanceOf(ResourceNotFoundError)
    expect(server.seen).toHaveLength(1)
  })

  it('is none when a later page is refused', async () => {
    const server = await startServer(({ path }, response) => {
      if (pageNumber(path) === 1) return json(response, 200, pageOf(items(2), { count: 4, next: nextOf(2) }))
      return json(response, 401, { code: 'unauthorized', message: 'no' })
    })
    expect(await failureOf(load(server.origin))).toBeInstanceOf(AuthenticationError)
  })
})

describe('next', () => {
  /** Makes page 1 lead on by `next`, because its count doesn't add up. */
  const leading = (next: (origin: string) => string) => async () => {
    const server: TestServer = await startServer(({ path }, response) => {
      if (pageNumber(path) === 1) {
        return json(response, 200, pageOf(items(1), { count: 1, next: next(server.origin) }))
      }
      return json(response, 200, pageOf(items(1, 2), { count: 1 }))
    })
    return server
  }

  it.each([
    ['a path', () => '/v1/secrets?page=2&cursor=abc'],
    ['an absolute URL of the same origin', (origin: string) => `${origin}/v1/secrets?page=2&cursor=abc`],
  ])('may be %s', async (_, next) => {
    const server = await leading(next)()
    expect((await load(server.origin)).items).toEqual(items(2))
    expect(server.seen.at(-1)?.path).toBe('/v1/secrets?page=2&cursor=abc')
  })

  it('is appended to the base path', async () => {
    const server = await leading(() => '/v1/secrets?page=2')()
    expect((await load(`${server.origin}/base`)).items).toEqual(items(2))
    expect(server.seen.at(-1)?.path).toBe('/base/v1/secrets?page=2')
  })

  it.each([
    ['another origin', (other: string) => `${other}/v1/secrets?page=2`],
    ['another origin without a scheme', (other: string) => `${other.replace('http:', '')}/v1/secrets?page=2`],
    ['another version', () => '/v2/secrets?page=2'],
    ['the way out', () => '/v1/../secrets?page=2'],
    ['nowhere', () => 'secrets?page=2'],
  ])('that leads to %s is not followed', async (_, next) => {
    const other = await startServer((_, response) => json(response, 200, pageOf(items(1, 2))))
    const server = await leading(() => next(other.origin))()
    const failure = await failureOf(load(server.origin))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toContain("a page's `next` leads to another host: not followed")
    expect(failure.message).not.toContain(other.origin)
    expect(other.sockets).toHaveLength(0)
    expect(numbersOf(server)).toEqual([1, 1])
  })

  it.each([
    ['to itself', 1],
    ['back', 2],
  ])('that leads %s in a circle is an error', async (_, pageCount) => {
    const server = await servePages((page) =>
      pageOf(items(1, page), { count: 0, next: nextOf((page % pageCount) + 1) }),
    )
    const failure = await failureOf(load(server.origin))
    expect(failure.message).toContain('in a circle')
    expect(server.seen.length).toBeLessThan(10)
  })

  it.each([null, ''])('of %j is the end', async (next) => {
    const server = await servePages(() => pageOf(items(2), { next }))
    expect((await load(server.origin)).items).toEqual(items(2))
    expect(server.seen).toHaveLength(1)
  })
})
