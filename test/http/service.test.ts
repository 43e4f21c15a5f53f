import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  AlreadyExistsError,
  APIConnectionError,
  AuthenticationError,
  LockerError,
  PermissionDeniedError,
  RateLimitError,
  ResourceNotFoundError,
} from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { MAX_ATTEMPTS } from '../../src/http/retry.ts'
import { decodeNumber } from '../../src/wire/decode.ts'
import { ACCESS_KEY_ID, anything, failureOf, openDeadline, openService, read } from './client.ts'
import { html, json, type Seen, startHeadServer, startServer, unusedOrigin } from './test-server.ts'

type Reply = Parameters<typeof startServer>[0]

/** The first request gets `first`, every later one 200. */
const failOnce = (first: Reply) =>
  startServer((request, response) =>
    request.number === 1 ? first(request, response) : json(response, 200, { fine: true }),
  )

const own = { code: 'any', message: 'canary-body' }

describe('read', () => {
  it("returns what the endpoint's decoder makes of the answer", async () => {
    const server = await startServer((_, response) => json(response, 200, 1700000200.75))
    const service = openService(server.origin)
    await expect(service.read(endpoints.revisionDate, decodeNumber, openDeadline())).resolves.toBe(
      1700000200.75,
    )
  })

  it('does not try again when the answer is not what the decoder wants', async () => {
    const server = await startServer((_, response) => json(response, 200, 'canary-body'))
    const work = openService(server.origin).read(endpoints.revisionDate, decodeNumber, openDeadline())
    const failure = await failureOf(work)
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(inspect(failure)).not.toContain('canary')
    expect(server.seen).toHaveLength(1)
  })

  it.each([201, 202, 204, 206])('takes no %i for an answer', async (status) => {
    const server = await startServer((_, response) => json(response, status, {}))
    expect(await failureOf(read(server.origin, endpoints.profile))).toMatchObject({ statusCode: status })
  })

  it.each<[string, Reply]>([
    ['502', (_, response) => html(response, 502)],
    ['503', (_, response) => json(response, 503, own)],
    ['504', (_, response) => html(response, 504)],
    ['429', (_, response) => json(response, 429, own)],
    ['429 that asks for no wait', (_, response) => json(response, 429, own, { 'retry-after': '0' })],
    ['503 that asks for a second', (_, response) => html(response, 503, '', { 'retry-after': '1' })],
    [
      '429 that names a moment',
      (_, response) => json(response, 429, own, { 'retry-after': new Date(Date.now() + 900).toUTCString() }),
    ],
    ['connection that is reset', (request) => request.socket.resetAndDestroy()],
    ['connection that ends without an answer', (request) => request.socket.end()],
    [
      'body that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"fine":')
        response.socket?.end()
      },
    ],
    [
      'chunked body that breaks off',
      (_, response) => {
        response.writeHead(200).write('{"fine":')
        response.socket?.end()
      },
    ],
  ])('tries again after a %s', async (_, first) => {
    const server = await failOnce(first)
    await expect(read(server.origin, endpoints.profile)).resolves.toEqual({ fine: true })
    expect(server.seen).toHaveLength(2)
  })

  it.each([300, 301, 307, 400, 401, 403, 404, 409, 422, 500, 501, 505])(
    'does not try again after a %i',
    async (status) => {
      for (const answer of [json, html] as const) {
        const server = await failOnce((_, response) => answer(response, status, '{}'))
        expect(await failureOf(read(server.origin, endpoints.profile))).toMatchObject({ statusCode: status })
        expect(server.seen).toHaveLength(1)
      }
    },
  )

  it('gives up after its last try and throws the last failure', async () => {
    const server = await startServer((request, response) =>
      html(response, request.number < MAX_ATTEMPTS ? 502 : 503),
    )
    expect(await failureOf(read(server.origin, endpoints.profile))).toMatchObject({
      statusCode: 503,
      code: 'http_error',
    })
    expect(server.seen).toHaveLength(MAX_ATTEMPTS)
  })

  it.each([
    ['seconds', () => '3600'],
    ['a date', () => new Date(Date.now() + 3_600_000).toUTCString()],
  ])('fails at once when the service asks for more time than there is, in %s', async (_, retryAfter) => {
    const server = await startServer((_, response) =>
      json(response, 429, own, { 'retry-after': retryAfter() }),
    )
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure).toBeInstanceOf(RateLimitError)
    expect(failure.retryAfterSeconds).toBeGreaterThan(3590)
    expect(failure.retryAfterSeconds).toBeLessThanOrEqual(3600)
    expect(server.seen).toHaveLength(1)
  })

  it('says which server nothing listens at', async () => {
    const gone = await unusedOrigin()
    const failure = await failureOf(read(gone, endpoints.profile))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toContain(`${gone}: nothing listens there (ECONNREFUSED)`)
  })

  it('says that a host does not exist', async () => {
    const failure = await failureOf(read('http://locker.invalid', endpoints.profile))
    expect(failure.code).toBe('http_error')
    expect(failure.message).toMatch(/no such host|can't be looked up/)
  })

  it.each([
    ['a greeting', 'SSH-2.0-OpenSSH\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ])('says that %s is no HTTP', async (_, text) => {
    const server = await startHeadServer((socket) => socket.end(text))
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure.message).toContain('that is no HTTP server')
    expect(server.sockets).toHaveLength(1)
  })

  it('says that a header of LOCKER_HEADERS cannot be sent, and asks nothing', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const headers = { 'x-canary': 'canary\nvalue' }
    const failure = await failureOf(read(server.origin, endpoints.profile, { headers }))
    expect(failure.message).toContain("a header of LOCKER_HEADERS can't be sent")
    expect(inspect(failure)).not.toContain('canary')
    await read(server.origin, endpoints.profile)
    expect(server.sockets).toHaveLength(1)
  })

  it('says that the head of an answer is too large', async () => {
    const server = await startServer((_, response) =>
      json(response, 200, {}, { 'x-long': 'x'.repeat(17_000) }),
    )
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure.message).toContain('the head of its answer is larger than 16 KiB')
  })
})

describe('write', () => {
  const body = { key: 'x', hash: 'y' }

  it.each([
    ['POST', endpoints.createSecret, 200],
    ['POST', endpoints.createSecret, 201],
    ['PUT', endpoints.updateSecret('a'), 200],
  ])('%s takes %o answered by %i', async (method, endpoint, status) => {
    const server = await startServer((_, response) => json(response, status, { id: 'a' }))
    await expect(openService(server.origin).write(endpoint, body, anything, openDeadline())).resolves.toEqual(
      {
        id: 'a',
      },
    )
    expect(server.seen).toMatchObject([{ method, path: endpoint.path, body: JSON.stringify(body) }])
  })

  it('does not take 201 for a PUT', async () => {
    const server = await startServer((_, response) => json(response, 201, {}))
    const work = openService(server.origin).write(endpoints.updateSecret('a'), body, anything, openDeadline())
    expect(await failureOf(work)).toMatchObject({ statusCode: 201, code: 'http_error' })
  })

  it.each<[string, Reply]>([
    ['429', (_, response) => json(response, 429, own)],
    ['502', (_, response) => html(response, 502)],
    ['503', (_, response) => html(response, 503)],
    ['504', (_, response) => html(response, 504)],
    ['reset', (request) => request.socket.resetAndDestroy()],
  ])('is never tried again, after %s neither', async (_, first) => {
    for (const endpoint of [endpoints.createSecret, endpoints.updateSecret('a')]) {
      const server = await failOnce(first)
      const work = openService(server.origin).write(endpoint, body, anything, openDeadline())
      expect(await failureOf(work)).toBeInstanceOf(LockerError)
      expect(server.seen).toHaveLength(1)
    }
  })

  it.each([
    [endpoints.createSecret, 'This secret hash already exists'],
    [endpoints.createEnvironment, 'This environment hash already exists'],
    [endpoints.updateSecret('a'), 'This hash value already existed'],
    [endpoints.updateEnvironment('a'), 'The environment hash already existed'],
  ])('of %o knows the duplicate in %j', async (endpoint, message) => {
    for (const status of [400, 409, 422]) {
      const server = await startServer((_, response) =>
        json(response, status, { code: 'already_exists', message }),
      )
      const work = openService(server.origin).write(endpoint, body, anything, openDeadline())
      const failure = await failureOf(work)
      expect(failure).toBeInstanceOf(AlreadyExistsError)
      expect(failure.statusCode).toBe(status)
    }
  })
})

describe('refusals', () => {
  it.each([
    [401, AuthenticationError],
    [403, PermissionDeniedError],
    [404, ResourceNotFoundError],
    [422, LockerError],
  ])('%i in the service’s own words is a %o', async (status, type) => {
    const server = await startServer((_, response) =>
      json(response, status, own, { 'x-request-id': 'request-1' }),
    )
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure).toBeInstanceOf(type)
    expect(failure).toMatchObject({ name: type.name, statusCode: status, requestId: 'request-1' })
    expect(failure.httpBody).toBe(JSON.stringify(own))
  })

  it.each([401, 403, 404, 422])('%i in HTML is a connection error', async (status) => {
    const server = await startServer((_, response) => html(response, status, '<p>canary-body'))
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure).toMatchObject({ name: 'APIConnectionError', statusCode: status })
    expect(failure.httpBody).toBe('<p>canary-body')
  })

  it('echo neither the access key id nor a header’s value', async () => {
    const echo = ({ headers }: Seen) => JSON.stringify(headers)
    const server = await startServer((request, response) =>
      json(response, 401, { ...own, message: echo(request) }, { 'x-request-id': ACCESS_KEY_ID }),
    )
    const headers = { 'x-short': 'canary-token', 'x-long': 'canary-token-and-more' }
    const failure = await failureOf(read(server.origin, endpoints.profile, { headers }))
    expect(failure.httpBody).toContain('Bearer [hidden]')
    const shown = [
      failure.httpBody,
      inspect(failure, { showHidden: true, depth: 9 }),
      JSON.stringify(failure),
    ]
    expect(shown.join()).not.toContain(ACCESS_KEY_ID)
    expect(shown.join()).not.toMatch(/canary-token|and-more/)
  })

  it('keep a body as it is when a header is empty', async () => {
    const server = await startServer((_, response) => json(response, 401, own))
    const failure = await failureOf(read(server.origin, endpoints.profile, { headers: { 'x-empty': '' } }))
    expect(failure.httpBody).toBe(JSON.stringify(own))
  })
})

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const elsewhere = await startServer((_, response) => json(response, 200, {}))
    const server = await startServer((_, response) =>
      json(response, status, own, { location: `${elsewhere.origin}/v1/canary` }),
    )
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure).toMatchObject({ name: 'APIConnectionError', statusCode: status, retryable: false })
    expect(failure.message).toContain('redirects are not followed')
    expect(inspect(failure)).not.toContain('canary')
    expect(elsewhere.sockets).toHaveLength(0)
    expect(server.seen).toHaveLength(1)
  })
})

describe('debug lines', () => {
  it('say method, path, status, time and what is tried again, and nothing else', async () => {
    const lines: string[] = []
    const server = await failOnce((_, response) => json(response, 503, own))
    const service = openService(server.origin, { headers: { 'x-token': 'canary-token' } }, lines)
    const startedMs = performance.now()
    await service.read(endpoints.secrets(), anything, openDeadline())
    const tookMs = performance.now() - startedMs
    for (const line of lines) expect(Number(/(\d+) ms$/.exec(line)?.[1])).toBeLessThanOrEqual(tookMs + 1)
    const path = endpoints.secrets().path.replaceAll('?', '\\?')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(new RegExp(`^lockerpm: debug: GET ${path} answered 503 in \\d+ ms$`))
    expect(lines[1]).toMatch(new RegExp(`^lockerpm: debug: http_error: next try of ${path} in \\d+ ms$`))
    expect(lines[2]).toMatch(new RegExp(`^lockerpm: debug: GET ${path} answered 200 in \\d+ ms$`))
  })
})
