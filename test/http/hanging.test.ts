import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/config/config.ts'
import { APIConnectionError } from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { bundle, copyFixture, makeFolder, runNode } from '../sync/bundles.ts'
import { makeCertificate } from './certificates.ts'
import {
  ACCESS_KEY_ID,
  connectionTo,
  failureOf,
  fetchEntry,
  openDeadline,
  openService,
  read,
  SETTINGS,
} from './client.ts'
import { startProxy } from './test-proxy.ts'
import { html, json, startHeadServer, startRawServer, startServer } from './test-server.ts'

/** A server that never comes to an end, and how to reach it. */
type Hang = () => Promise<{ apiBase: string; other?: Partial<Connection> }>

const HANGS: readonly (readonly [string, Hang])[] = [
  ['accepts and says nothing', async () => ({ apiBase: (await startRawServer(() => {})).origin })],
  ['takes the request and never answers', async () => ({ apiBase: (await startServer(() => {})).origin })],
  [
    'answers with headers only',
    async () => ({
      apiBase: (await startServer((_, response) => response.writeHead(200).flushHeaders())).origin,
    }),
  ],
  [
    'answers a byte at a time',
    async () => {
      const server = await startHeadServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        const timer = setInterval(() => socket.write(' '), 20)
        socket.on('close', () => clearInterval(timer))
      })
      return { apiBase: server.origin }
    },
  ],
  [
    'sends headers a byte at a time',
    async () => {
      const server = await startHeadServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nX-Long: ')
        const timer = setInterval(() => socket.write('x'), 20)
        socket.on('close', () => clearInterval(timer))
      })
      return { apiBase: server.origin }
    },
  ],
  ['never shakes hands', async () => ({ apiBase: (await startRawServer(() => {}, 'https')).origin })],
  [
    'is behind a proxy that never answers',
    async () => {
      const { port } = await startProxy({ port: 1, status: () => undefined })
      return {
        apiBase: 'https://locker.test',
        other: { proxies: { httpsProxy: `http://127.0.0.1:${port}` } },
      }
    },
  ],
  [
    'is behind a proxy that never shakes hands',
    async () => {
      const { port } = await startRawServer(() => {})
      return {
        apiBase: 'https://locker.test',
        other: { proxies: { httpsProxy: `https://localhost:${port}` } },
      }
    },
  ],
  [
    'never shakes hands behind a proxy',
    async () => {
      const { port } = await startProxy(await startRawServer(() => {}))
      return {
        apiBase: 'https://locker.test',
        other: { proxies: { httpsProxy: `http://127.0.0.1:${port}` } },
      }
    },
  ],
  [
    'never answers behind a proxy',
    async () => {
      const server = await startServer(() => {}, { ...(await makeCertificate()) })
      const { port } = await startProxy(server)
      const proxies = { httpsProxy: `http://127.0.0.1:${port}` }
      return { apiBase: 'https://locker.test', other: { unsafe: true, proxies } }
    },
  ],
]

describe('a server that', () => {
  it.each(HANGS)('%s: the deadline ends it', async (_, hang) => {
    const { apiBase, other } = await hang()
    const failure = await failureOf(read(apiBase, endpoints.profile, { ...other, timeoutMs: 300 }))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toBe(`no complete answer from ${apiBase} within 300 ms (LOCKER_TIMEOUT_MS)`)
    expect(failure).toMatchObject({ retryable: true, statusCode: undefined })
  })

  it.each(HANGS)('%s: the caller can end it, and gets back the reason', async (_, hang) => {
    const { apiBase, other } = await hang()
    const caller = new AbortController()
    const reason = new Error('interrupted')
    const work = read(apiBase, endpoints.profile, other, openDeadline(50_000, caller.signal))
    setTimeout(() => caller.abort(reason), 100)
    await expect(work).rejects.toBe(reason)
  })
})

describe('the deadline', () => {
  it('is over all tries together, and names the last failure', async () => {
    const server = await startServer((request, response) => {
      if (request.number === 1) html(response, 503)
    })
    const failure = await failureOf(read(server.origin, endpoints.profile, { timeoutMs: 4000 }))
    expect(failure.message).toMatch(
      /within 4000 ms \(LOCKER_TIMEOUT_MS\); before that: GET \/v1\/profile answered 503: /,
    )
    expect(server.seen).toHaveLength(2)
  })

  it('that the caller ended during a wait throws the reason', async () => {
    const server = await startServer((_, response) => html(response, 503, '', { 'retry-after': '40' }))
    const caller = new AbortController()
    const reason = new Error('interrupted')
    const work = read(server.origin, endpoints.profile, {}, openDeadline(50_000, caller.signal))
    setTimeout(() => caller.abort(reason), 100)
    await expect(work).rejects.toBe(reason)
  })

  it('is over before the first request when it had ended before', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const deadline = openDeadline(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const failure = await failureOf(read(server.origin, endpoints.profile, {}, deadline))
    expect(failure.message).toContain('within 1 ms')
    expect(server.sockets).toHaveLength(0)
  })

  it('ends writes too', async () => {
    const server = await startServer(() => {})
    const work = openService(server.origin).write(
      endpoints.createSecret,
      {},
      (value) => value,
      openDeadline(200),
    )
    expect((await failureOf(work)).message).toContain('within 200 ms')
    expect(server.seen).toHaveLength(1)
  })
})

describe('afterwards', () => {
  let fetchBundle: string
  let script: string

  beforeAll(async () => {
    const folder = makeFolder()
    fetchBundle = `${folder}/fetch.cjs`
    script = copyFixture('fetch-once.cjs', folder)
    await bundle(fetchEntry(), fetchBundle)
    await bundle('src/http/proxy-agent.cjs', `${folder}/proxy-agent.cjs`)
  })

  const fetchOnce = (connection: Connection, env: Record<string, string> = {}) => {
    const request = { accessKeyId: ACCESS_KEY_ID, connection, environment: undefined, settings: SETTINGS }
    return runNode([script, fetchBundle, JSON.stringify(request)], { env })
  }

  it.each(HANGS)('nothing of a server that %s keeps the process alive', async (_, hang) => {
    const { apiBase, other } = await hang()
    const { exitCode, stdout, stderr } = await fetchOnce(connectionTo(apiBase, { ...other, timeoutMs: 500 }))
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'APIConnectionError' })
    expect(stdout).toContain('within 500 ms')
  })

  it('neither do the connections of a server that keeps them alive', async () => {
    const server = await startServer((_, response) => html(response, 401))
    const { exitCode, stdout } = await fetchOnce(connectionTo(server.origin))
    expect(exitCode).toBe(0)
    expect(stdout).toContain('APIConnectionError')
  })

  it('neither does a deadline that was never needed', async () => {
    const connection = connectionTo('https://127.0.0.1:1', { caFile: '/nowhere.pem', timeoutMs: 600_000 })
    const { exitCode, stdout } = await fetchOnce(connection)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'LockerError' })
  })

  it('NODE_TLS_REJECT_UNAUTHORIZED=0 has not switched our checks off', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), {
      ...(await makeCertificate()),
    })
    const { stdout } = await fetchOnce(connectionTo(server.origin), { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    expect(JSON.parse(stdout)).toMatchObject({ name: 'APIConnectionError', code: 'http_error' })
    expect(stdout).toContain('its certificate is self-signed')
    expect(server.seen).toHaveLength(0)
  })

  it('nothing has been said on stderr, and nothing of the key', async () => {
    const server = await startServer(() => {})
    const ended = await fetchOnce(connectionTo(server.origin, { timeoutMs: 300 }))
    expect(inspect(ended)).not.toContain(ACCESS_KEY_ID)
    expect(ended.stderr).toBe('')
  })
})
