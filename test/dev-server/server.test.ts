import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startDevServer } from '../../src/dev-server/index.ts'
import { LockerError } from '../../src/errors.ts'
import { type Page, read, send } from './raw-client.ts'
import { makeFolder, startServer } from './servers.ts'

it('keeps a list of its requests', async () => {
  const server = await startServer()
  await send(server, '/v1/profile')
  await send(server, '/v1/secrets?page=1', { method: 'POST', body: '{}' })
  expect(server.requests).toMatchObject([
    { method: 'GET', url: '/v1/profile', body: '', connection: 1, status: 200 },
    { method: 'POST', url: '/v1/secrets?page=1', body: '{}', connection: 2, status: 422 },
  ])
  expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${server.accessKeyId}`)
})

it('tells requests of one connection from those of another', async () => {
  const server = await startServer()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; count < 3; count++) {
    await new Promise((resolve) => {
      get(`${server.apiBase}/v1/profile`, { agent }, (response) => response.resume().on('end', resolve))
    })
  }
  agent.destroy()
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1])
})

it('holds an answer back until its hook is done', async () => {
  const arrived: string[] = []
  let release = () => {}
  const bothArrived = new Promise<void>((resolve) => {
    release = resolve
  })
  const server = await startServer({
    onRequest: ({ url }) => {
      if (arrived.push(url) === 2) release()
      return bothArrived
    },
  })
  const answers = await Promise.all([send(server, '/v1/profile'), send(server, '/v1/secrets')])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
})

it('can change between two pages, which shows in their dates', async () => {
  const secrets = ['A', 'B', 'C'].map((key) => ({ key, value: key }))
  const server = await startServer({
    maxPageSize: 2,
    seeds: [{ secrets }],
    onRequest: ({ url }) => {
      if (url.includes('page=2')) server.project.deleteSecret('A')
    },
  })
  const first = await read<Page>(server, '/v1/secrets?page=1')
  const second = await read<Page>(server, first.next ?? '')
  expect(second.revision_date).toBeGreaterThan(first.revision_date)
  expect(second).toMatchObject({ count: 2, results: [] })
})

it('answers 500 when its hook fails, and goes on', async () => {
  let fails = true
  const server = await startServer({
    onRequest: () => {
      if (fails) throw new Error('canary')
    },
  })
  const answer = await send(server, '/v1/profile')
  expect(answer.json).toEqual({ code: 'server_error', message: 'Unexpected failure (Error)' })
  fails = false
  expect((await send(server, '/v1/profile')).status).toBe(200)
})

it('logs one line a request and nothing but what it should', async () => {
  const logFile = join(makeFolder(), 'requests.log')
  const server = await startServer({ logFile, faults: '#3 hang' })
  await send(server, '/v1/profile')
  await send(server, '/v1/secrets?page=1&size=2', { method: 'POST', body: '{"canary":1}' })
  send(server, '/v1/environments').catch(() => {})
  await expect.poll(() => readFileSync(logFile, 'utf8').split('\n')).toHaveLength(4)
  const lines = readFileSync(logFile, 'utf8').split('\n')
  expect(lines[0]).toMatch(/^GET \/v1\/profile 200 \d+\.\d$/)
  expect(lines[1]).toMatch(/^POST \/v1\/secrets\?page=1&size=2 422 \d+\.\d$/)
  expect(lines[2]).toMatch(/^GET \/v1\/environments - \d+\.\d$/)
})

it('has logged a request before anybody hears the answer', async () => {
  const logFile = join(makeFolder(), 'requests.log')
  const server = await startServer({ logFile })
  for (let count = 1; count <= 20; count++) {
    await send(server, '/v1/profile')
    expect(readFileSync(logFile, 'utf8').split('\n')).toHaveLength(count + 1)
  }
})

it('gives every change a later date, also within one millisecond', async () => {
  const server = await startServer({ nowMs: () => 1_700_000_000_123 })
  const dates = ['A', 'B', 'C'].map((key) => server.project.setSecret({ key, value: '' }).revision_date ?? 0)
  expect(dates).toEqual([...new Set(dates)].sort((one, other) => one - other))
  for (const date of dates) expect(Number(date.toFixed(6))).toBe(date)
})

it('shows a raw record as it is put', async () => {
  const server = await startServer({
    seeds: [{ secrets: [{ key: 'A', value: '1' }], environments: [{ name: 'p', externalUrl: '' }] }],
  })
  const [secret] = server.project.secrets
  const [environment] = server.project.environments
  if (secret === undefined || environment === undefined) throw new Error('the seed is missing')
  server.project.replaceSecret({ ...secret, value: 'plaintext' })
  server.project.replaceEnvironment({ ...environment, name: null })
  const revision_date = server.project.revisionDate
  expect(await read(server, `/v1/secrets/${secret.id}`)).toMatchObject({ value: 'plaintext' })
  expect(await read(server, `/v1/environments/${environment.id}`)).toEqual({
    ...environment,
    name: null,
    revision_date,
  })
})

it.each(['127.0.0.1', 'localhost', '0.0.0.0', '::1', '::'])(
  'can be reached when it listens on %s',
  async (host) => {
    const server = await startServer({ host })
    expect((await send(server, '/v1/profile')).status).toBe(200)
    expect(new URL(server.apiBase).hostname).toBe(
      { '0.0.0.0': '127.0.0.1', '::1': '[::1]', '::': '[::1]' }[host] ?? host,
    )
  },
)

it('refuses a port that is taken, in one line', async () => {
  const server = await startServer()
  const port = Number(new URL(server.apiBase).port)
  const error = await startDevServer({ port, https: true }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(LockerError)
  expect(String(error)).toContain('EADDRINUSE')
})

it('stops while requests hang, and may be told so twice', async () => {
  const server = await startDevServer({ faults: '/v1/profile hang; latency=3600000' })
  const requests = ['/v1/profile', '/v1/secrets'].map((path) => send(server, path))
  await expect.poll(() => server.requests).toHaveLength(2)
  await server.close()
  await server.close()
  const results = await Promise.allSettled(requests)
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

it('refuses to start with a log file that can not be written', async () => {
  await expect(startDevServer({ logFile: join(makeFolder(), 'no', 'log') })).rejects.toThrow(
    /log file .* \(ENOENT\)/,
  )
})
