import { expect, it } from 'vitest'
import { childEnvironment } from '../../src/dev-server/child.ts'
import { startServer } from './servers.ts'

const LOOPBACK = '127.0.0.1'

it('names the server, and no credential of another', async () => {
  const server = await startServer()
  const env = {
    HOME: '/home/a',
    LOCKER_ENVIRONMENT: 'production',
    LOCKER_CA_FILE: '/ca.pem',
    LOCKER_API_BASE: 'https://example.com',
    LOCKER_ACCESS_KEY_ID: 'x',
    LOCKER_ACCESS_KEY_ID_FILE: 'x',
    LOCKER_SECRET_ACCESS_KEY: 'x',
    LOCKER_SECRET_ACCESS_KEY_FILE: 'x',
    LOCKER_ACCESS_KEY_SECRET: 'x',
    LOCKER_ACCESS_KEY_SECRET_FILE: 'x',
  }
  expect(childEnvironment(env, server, 'linux')).toEqual({
    HOME: '/home/a',
    LOCKER_ENVIRONMENT: 'production',
    LOCKER_CA_FILE: '/ca.pem',
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    NO_PROXY: LOOPBACK,
    no_proxy: LOOPBACK,
  })
})

it('names the authority of https', async () => {
  const server = await startServer({ https: true })
  expect(childEnvironment({ LOCKER_CA_FILE: '/ca.pem' }, server, 'linux')).toMatchObject({
    LOCKER_CA_FILE: server.caFile,
  })
})

it('compares names without case on Windows', async () => {
  const server = await startServer()
  const env = childEnvironment(
    { Locker_Access_Key_Secret: 'x', Locker_Api_Base: 'x', Path: 'p' },
    server,
    'win32',
  )
  expect(Object.keys(env)).not.toContain('Locker_Access_Key_Secret')
  expect(Object.keys(env)).not.toContain('Locker_Api_Base')
  expect(env).toMatchObject({ Path: 'p', LOCKER_API_BASE: server.apiBase })
})

it.each([
  [{ NO_PROXY: 'a,b' }, { NO_PROXY: `a,b,${LOOPBACK}`, no_proxy: `a,b,${LOOPBACK}` }],
  [{ no_proxy: 'a' }, { NO_PROXY: `a,${LOOPBACK}`, no_proxy: `a,${LOOPBACK}` }],
  [
    { NO_PROXY: 'a', no_proxy: 'b' },
    { NO_PROXY: `a,${LOOPBACK}`, no_proxy: `b,${LOOPBACK}` },
  ],
  [{ NO_PROXY: '*' }, { NO_PROXY: '*', no_proxy: '*' }],
])('adds its host to %j', async (env, expected) => {
  expect(childEnvironment(env, await startServer(), 'linux')).toMatchObject(expected)
})

it('adds an IPv6 host in both spellings that clients read', async () => {
  expect(childEnvironment({}, await startServer({ host: '::1' }), 'linux')).toMatchObject({
    NO_PROXY: '::1,[::1]',
  })
})
