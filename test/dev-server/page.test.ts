import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatPage } from '../../src/dev-server/page.ts'
import { type Page, read, readAll, send } from './raw-client.ts'
import { startServer } from './servers.ts'

const LIST = '/v1/secrets?count_secrets=1&paging=1&page=1&size=2000&revision_date=0'
const secrets = (count: number, environment = '') =>
  Array.from({ length: count }, (_, index) => ({ key: `KEY_${index}`, value: `${index}`, environment }))

it('links pages by paths that keep size and filters', async () => {
  const server = await startServer({ maxPageSize: 2, seeds: [{ secrets: secrets(5) }] })
  const first = await read<Page>(server, LIST)
  expect(first).toMatchObject({
    count: 5,
    next: '/v1/secrets?count_secrets=1&paging=1&page=2&size=2000&revision_date=0',
    previous: null,
  })
  expect(first.results).toHaveLength(2)
  const second = await read<Page>(server, first.next ?? '')
  expect(second.previous).toBe(LIST)
  const third = await read<Page>(server, second.next ?? '')
  expect(third.next).toBeNull()
  expect(third.results).toHaveLength(1)
  expect(third.revision_date).toBe(server.project.revisionDate)
})

it('serves every record once, oldest first, whatever the page size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 12 }), (count, maxPageSize) => {
      const rows = Array.from({ length: count }, (_, id) => ({ id }))
      const seen: unknown[] = []
      for (let query: string | undefined = 'page=1'; query !== undefined; ) {
        const request = { path: '/v1/secrets', query: new URLSearchParams(query), maxPageSize }
        const page = JSON.parse(formatPage(rows, 1.5, request))
        expect(page.count).toBe(count)
        seen.push(...page.results)
        query = page.next?.split('?')[1]
      }
      expect(seen).toEqual(rows)
    }),
  )
})

it('gives an empty page behind the last one', async () => {
  const server = await startServer({ seeds: [{ secrets: secrets(3) }] })
  const page = await read<Page>(server, '/v1/secrets?page=9&size=2')
  expect(page).toMatchObject({ count: 3, next: null, results: [] })
})

it.each(['page=0', 'page=-1', 'page=x', 'size=0', 'size=1.5', 'revision_date=yesterday'])(
  'refuses %s',
  async (query) => {
    const server = await startServer()
    const answer = await send(server, `/v1/secrets?${query}`)
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({ code: 'invalid_data' })
  },
)

it('serves 100,000 secrets, each once', async () => {
  const server = await startServer({ seeds: [{ secrets: secrets(100_000) }] })
  const rows = await readAll(server, LIST)
  expect(new Set(rows.map((row) => row.id)).size).toBe(100_000)
})
