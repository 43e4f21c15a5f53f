import { expect, it } from 'vitest'
import { hashText } from '../../src/crypto/hash.ts'
import { type Page, read, send } from './raw-client.ts'
import { startServer } from './servers.ts'

const SEED = {
  environments: [
    { name: 'staging', externalUrl: 'https://staging.example', description: 'before production' },
  ],
  secrets: [
    { key: 'A', value: 'all' },
    { key: 'A', value: 'production', environment: 'production' },
    { key: 'B', value: 'production', environment: 'production' },
    { key: 'A', value: 'staging', environment: 'staging' },
  ],
}

it('filters by hash, environment and revision, alone and together', async () => {
  const server = await startServer({ seeds: [SEED] })
  const { projectId } = server.project
  const production = server.project.findEnvironment('production')
  const before = server.project.revisionDate
  server.project.setSecret({ key: 'A', value: 'changed', environment: 'production' })
  const hash = hashText(projectId, 'A')
  const count = async (query: string) => (await read<Page>(server, `/v1/secrets?${query}`)).count
  expect(await count(`hash=${hash}`)).toBe(3)
  expect(await count('hash=')).toBe(4)
  expect(await count(`hash=${hashText(projectId, 'C')}`)).toBe(0)
  expect(await count(`environment_id=${production?.id}`)).toBe(2)
  expect(await count('environment_id=nobody')).toBe(0)
  expect(await count(`hash=${hash}&environment_id=${production?.id}`)).toBe(1)
  expect(await count(`revision_date=${before.toFixed(6)}`)).toBe(1)
  expect(await count(`revision_date=${server.project.revisionDate.toFixed(6)}`)).toBe(0)
  expect(
    await count(`hash=${hash}&environment_id=${production?.id}&revision_date=${before.toFixed(6)}`),
  ).toBe(1)
  expect(await count(`hash=${hashText(projectId, 'B')}&revision_date=${before.toFixed(6)}`)).toBe(0)
})

it('finds an environment by the hash of its name', async () => {
  const server = await startServer({ seeds: [SEED] })
  const hash = hashText(server.project.projectId, 'staging')
  const page = await read<Page>(
    server,
    `/v1/environments?count_environment=1&paging=1&page=1&size=2000&hash=${hash}`,
  )
  expect(page.results).toEqual([server.project.findEnvironment('staging')])
})

it('answers dates and counts as bare numbers that follow changes and deletions', async () => {
  const server = await startServer({ seeds: [SEED] })
  const text = async (path: string) => (await send(server, `/v1/sync/${path}`)).text
  expect(await text('secrets/count')).toBe('4')
  expect(await text('environments/count')).toBe('2')
  expect(await text('deleted_item_date')).toBe('0')
  const before = Number(await text('revision_date'))
  server.project.deleteSecret('B', 'production')
  const after = Number(await text('revision_date'))
  expect(after).toBeGreaterThan(before)
  expect(Number(await text('deleted_item_date'))).toBe(after)
  expect(await text('secrets/count')).toBe('3')
  server.project.deleteEnvironment('staging')
  expect(await text('secrets/count')).toBe('2')
  expect(await text('environments/count')).toBe('1')
})

it.each([
  ['GET', '/', 404, 'not_found'],
  ['GET', '/v1', 404, 'not_found'],
  ['GET', '/v1/secrets/', 404, 'not_found'],
  ['GET', '/v2/secrets', 404, 'not_found'],
  ['GET', '/v1/secrets/nobody', 404, 'not_found'],
  ['GET', '/v1/environments/nobody', 404, 'not_found'],
  ['GET', '/v1/secrets/__proto__', 404, 'not_found'],
  ['DELETE', '/v1/secrets/nobody', 405, 'method_not_allowed'],
  ['POST', '/v1/profile', 405, 'method_not_allowed'],
  ['PATCH', '/v1/environments', 405, 'method_not_allowed'],
])('answers %s %s with %i and a JSON error', async (method, path, status, code) => {
  const server = await startServer()
  const answer = await send(server, path, { method })
  expect(answer.status).toBe(status)
  expect(answer.json).toEqual({ code, message: expect.any(String) })
  if (status === 405) expect(answer.headers.allow).toMatch(/GET/)
})

it('keeps projects apart', async () => {
  const server = await startServer({ seeds: [SEED] })
  const other = server.addProject()
  other.setSecret({ key: 'OTHER', value: 'x' })
  const target = { ...server, ...other.credential }
  expect(other.projectId).not.toBe(server.project.projectId)
  expect((await read<Page>(target, '/v1/secrets')).count).toBe(1)
  const [secret] = server.project.secrets
  expect((await send(target, `/v1/secrets/${secret?.id}`)).status).toBe(404)
})
