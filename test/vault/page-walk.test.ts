import { describe, expect, it } from 'vitest'
import { type PageRequest, walkPages } from '../../src/vault/page-walk.ts'
import type { WirePage } from '../../src/wire/types.ts'

interface Item {
  readonly id: string
}

type Page = WirePage<Item>

/** A list of items `1`, `2`, …, that changes before the request with that number, if any. */
function serveList(count: number, pageSize: number, changesAt: readonly number[] = []) {
  const asked: PageRequest[] = []
  let revision = 1
  const page = (number: number): Page => {
    const from = (number - 1) * pageSize
    const length = Math.max(0, Math.min(pageSize, count - from))
    const results = Array.from({ length }, (_, index) => ({ id: String(from + index + 1) }))
    return {
      count,
      revision_date: revision,
      next: from + length < count ? `/v1/x?page=${number + 1}` : null,
      results,
    }
  }
  const answer = (request: PageRequest): Page[] => {
    asked.push(request)
    if (changesAt.includes(asked.length)) revision += 1
    if ('next' in request) return [page(Number(request.next.split('=')[1]))]
    const last = Math.min(request.to, Math.max(1, Math.ceil(count / pageSize)))
    return Array.from({ length: last - request.from + 1 }, (_, index) => page(request.from + index))
  }
  return { asked, answer }
}

function walk(answer: (request: PageRequest) => readonly Page[], pagesAtOnce: number) {
  let items: string[] = []
  let begun = 0
  let largest = 0
  const steps = walkPages<Item>(
    {
      begin: () => {
        items = []
        begun += 1
      },
      take: (more) => {
        items.push(...more.map(({ id }) => id))
      },
    },
    pagesAtOnce,
  )
  let step = steps.next()
  while (!step.done) {
    const pages = answer(step.value)
    largest = Math.max(largest, pages.length)
    step = steps.next(pages)
  }
  return { ...step.value, items, begun, largest }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))

describe('walkPages', () => {
  it.each([
    [0, 10, 4],
    [1, 10, 4],
    [10, 10, 4],
    [11, 10, 4],
    [95, 10, 4],
    [95, 10, 1],
    [95, 10, Number.POSITIVE_INFINITY],
  ])('brings %i items in pages of %i, %i pages at a time', (count, pageSize, pagesAtOnce) => {
    const { answer } = serveList(count, pageSize)
    expect(walk(answer, pagesAtOnce)).toMatchObject({ items: numbers(count), begun: 1, revisionDate: 1 })
  })

  it('never has more pages at hand than it may', () => {
    const { asked, answer } = serveList(100, 10)
    expect(walk(answer, 4).largest).toBe(4)
    expect(asked).toEqual([
      { from: 1, to: 1 },
      { from: 2, to: 5 },
      { from: 6, to: 9 },
      { from: 10, to: 10 },
    ])
  })

  it('begins again as soon as the list has changed', () => {
    const { asked, answer } = serveList(100, 10, [3])
    expect(walk(answer, 4)).toMatchObject({ items: numbers(100), begun: 2, revisionDate: 2 })
    expect(asked).toHaveLength(3 + 4)
  })

  it('gives up when the list changes during each of three reads', () => {
    const { answer } = serveList(100, 10, [2, 4, 6])
    expect(() => walk(answer, 4)).toThrow('the project changed during each of 3 reads')
  })

  it.each([
    ['promises more than there is', (page: Page): Page => ({ ...page, count: page.count + 7 })],
    ['promises less', (page: Page): Page => ({ ...page, count: page.count - 7 })],
  ])('follows `next` when the count %s', (_, change) => {
    const { asked, answer } = serveList(30, 10)
    const walked = walk((request) => answer(request).map(change), 4)
    expect(walked).toMatchObject({ items: numbers(30), begun: 2 })
    expect(asked.slice(-2)).toEqual([{ next: '/v1/x?page=2' }, { next: '/v1/x?page=3' }])
  })

  it('reads again when a page is gone', () => {
    const { answer } = serveList(30, 10)
    let requests = 0
    const walked = walk((request) => (++requests === 2 ? [] : answer(request)), 4)
    expect(walked).toMatchObject({ items: numbers(30), begun: 2 })
  })

  it('does not go round in circles', () => {
    const { answer } = serveList(30, 10)
    const circle = (page: Page): Page => ({ ...page, count: 99, next: '/v1/x?page=2' })
    expect(() => walk((request) => answer(request).map(circle), 4)).toThrow('leads in a circle')
  })
})
