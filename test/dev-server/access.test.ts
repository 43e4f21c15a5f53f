import { expect, it } from 'vitest'
import { openKeys, read, send } from './raw-client.ts'
import { startServer } from './servers.ts'

it.each(['', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer 00000000-0000-4000-8000-000000000000'])(
  'answers 401 to the authorization %j',
  async (authorization) => {
    const server = await startServer()
    const answer = await send(server, '/v1/profile', { authorization })
    expect(answer.status).toBe(401)
    expect(answer.json).toEqual({ code: 'unauthorized', message: expect.any(String) })
  },
)

it.each([
  ['a deactivated key', { activated: false }, 401, 'unauthorized'],
  ['an expired key', { expirationDate: 1000 }, 401, 'unauthorized'],
  ['a key for other addresses', { restrictIp: ['10.0.0.1'] }, 403, 'permission_denied'],
  ['a key that is not expired yet', { expirationDate: 2001 }, 200, undefined],
  ['a key for this address', { restrictIp: ['10.0.0.1', '127.0.0.1'] }, 200, undefined],
])('answers %s as the service would', async (_, options, status, code) => {
  const server = await startServer({ nowMs: () => 2_000_000 })
  const target = { ...server, ...server.project.addAccessKey(options) }
  const answer = await send(target, '/v1/profile')
  expect(answer.status).toBe(status)
  if (code !== undefined) expect(answer.json).toMatchObject({ code })
})

it('lets a read-only key read, and shows that it is one', async () => {
  const server = await startServer()
  const target = { ...server, ...server.project.addAccessKey({ readOnly: true }) }
  expect(await read(target, '/v1/profile')).toMatchObject({ profile: { editable: false } })
  const answer = await send(target, '/v1/secrets', { method: 'POST', body: { hash: 'a'.repeat(43) } })
  expect(answer.status).toBe(403)
  expect(answer.json).toMatchObject({ code: 'permission_denied' })
  expect(server.project.secrets).toEqual([])
})

it('gives every key of a project the same project keys', async () => {
  const server = await startServer()
  const target = { ...server, ...server.project.addAccessKey() }
  const [one, other] = [await openKeys(server), await openKeys(target)]
  expect(other.encryptionKey.equals(one.encryptionKey)).toBe(true)
  expect(other.macKey.equals(one.macKey)).toBe(true)
})

it('heeds what happens to a key while it runs', async () => {
  const server = await startServer()
  const { accessKeyId } = server
  const status = async () => (await send(server, '/v1/profile')).status
  server.project.changeAccessKey(accessKeyId, { activated: false })
  expect(await status()).toBe(401)
  server.project.changeAccessKey(accessKeyId, { activated: true })
  expect(await status()).toBe(200)
  server.project.removeAccessKey(accessKeyId)
  expect(await status()).toBe(401)
})

it('knows an IPv4 client on a socket for both families', async () => {
  const server = await startServer({ host: '::' })
  const target = { ...server, apiBase: server.apiBase.replace('[::1]', '127.0.0.1') }
  server.project.changeAccessKey(server.accessKeyId, { restrictIp: ['127.0.0.1'] })
  expect((await send(target, '/v1/profile')).status).toBe(200)
})

it('limits the rate of each key, says when to come back, and forgives then', async () => {
  let nowMs = 1_000_000
  const server = await startServer({ rateLimit: { requests: 2, windowSeconds: 60 }, nowMs: () => nowMs })
  const other = { ...server, ...server.project.addAccessKey() }
  const status = async (target: typeof other) => (await send(target, '/v1/profile')).status
  expect([await status(server), await status(server), await status(other)]).toEqual([200, 200, 200])
  nowMs += 20_500
  const refused = await send(server, '/v1/profile')
  expect(refused.status).toBe(429)
  expect(refused.headers['retry-after']).toBe('40')
  expect(refused.json).toMatchObject({ code: 'rate_limit' })
  nowMs += 39_500
  expect(await status(server)).toBe(200)
  server.setRateLimit({ requests: 1, windowSeconds: 1 })
  expect([await status(server), await status(server)]).toEqual([200, 429])
  server.setRateLimit(undefined)
  expect(await status(server)).toBe(200)
})
