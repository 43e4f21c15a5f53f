import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  AlreadyExistsError,
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  LockerError,
  MAX_HTTP_BODY_CHARS,
  PermissionDeniedError,
  RateLimitError,
  ResourceNotFoundError,
} from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import {
  type FailureContext,
  failureOfAnswer,
  failureOfBody,
  failureOfDeadline,
  pathOf,
} from '../../src/http/failure.ts'
import type { Answer } from '../../src/http/transport.ts'

const context: FailureContext = {
  apiBase: 'https://api.example/locker',
  settings: {
    apiBase: 'LOCKER_API_BASE in .env',
    accessKeyId: 'LOCKER_ACCESS_KEY_ID',
    timeoutMs: '--timeout-ms',
    environment: 'LOCKER_ENVIRONMENT',
  },
  credentials: ['canary-token-long', 'canary-token', 'canary-key-id'],
}

const HTML = '<html><body>canary-body</body></html>'

function answer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

const own = (code: string, message = 'canary-body') => ({ code, message })

const fail = (status: number, body: unknown, headers?: Answer['headers'], endpoint = endpoints.secrets()) =>
  failureOfAnswer(answer(status, body, headers), endpoint, context)

describe('failureOfAnswer', () => {
  it.each([
    [401, own('unauthorized'), AuthenticationError, 'unauthorized', false],
    [403, own('permission_denied'), PermissionDeniedError, 'permission_denied', false],
    [404, own('not_found'), ResourceNotFoundError, 'not_found', false],
    [429, own('rate_limit'), RateLimitError, 'rate_limit', true],
    [429, HTML, RateLimitError, 'rate_limit', true],
    [500, own('server_error'), APIServerError, 'server_error', false],
    [500, HTML, APIServerError, 'server_error', false],
    [501, HTML, APIServerError, 'server_error', false],
    [502, HTML, APIServerError, 'server_error', true],
    [503, own('http_error'), APIConnectionError, 'http_error', true],
    [503, HTML, APIConnectionError, 'http_error', true],
    [504, HTML, APIServerError, 'server_error', true],
    [505, HTML, APIServerError, 'server_error', false],
    [599, '', APIServerError, 'server_error', false],
    [400, own('invalid'), LockerError, 'locker_error', false],
    [409, own('conflict'), LockerError, 'locker_error', false],
    [422, own('invalid_data'), LockerError, 'locker_error', false],
    [499, own('odd'), LockerError, 'locker_error', false],
    [400, HTML, APIConnectionError, 'http_error', false],
    [401, HTML, APIConnectionError, 'http_error', false],
    [403, HTML, APIConnectionError, 'http_error', false],
    [404, HTML, APIConnectionError, 'http_error', false],
    [407, HTML, APIConnectionError, 'http_error', false],
    [401, '', APIConnectionError, 'http_error', false],
    [401, '"unauthorized"', APIConnectionError, 'http_error', false],
    [401, 'null', APIConnectionError, 'http_error', false],
    [401, { code: 'unauthorized' }, APIConnectionError, 'http_error', false],
    [401, { message: 'unauthorized' }, APIConnectionError, 'http_error', false],
    [401, { error: own('unauthorized') }, APIConnectionError, 'http_error', false],
    [201, own('odd', 'already exists'), APIConnectionError, 'http_error', false],
    [204, '', APIConnectionError, 'http_error', false],
    [300, own('odd'), APIConnectionError, 'http_error', false],
    [301, HTML, APIConnectionError, 'http_error', false],
    [308, own('odd', 'already exists'), APIConnectionError, 'http_error', false],
    [399, HTML, APIConnectionError, 'http_error', false],
  ])('makes %i %j a %o', (status, body, type, code, retryable) => {
    const failure = fail(status, body)
    expect(failure).toBeInstanceOf(type)
    expect(failure).toMatchObject({ statusCode: status, code, retryable, name: type.name })
  })

  it.each([
    'This secret hash already exists',
    'This environment hash already exists',
    'This hash value already existed',
    'The environment hash already existed',
    'this secret hash ALREADY EXISTS.',
  ])('knows a duplicate by %j, at any 4xx', (message) => {
    for (const status of [400, 401, 403, 404, 409, 422]) {
      const failure = fail(status, own('any', message), {}, endpoints.createSecret)
      expect(failure).toBeInstanceOf(AlreadyExistsError)
      expect(failure).toMatchObject({ code: 'already_exists', statusCode: status, retryable: false })
    }
  })

  it.each([['the existing hash is fine'], ['this already exist'], ['it exists already']])(
    'does not take %j for a duplicate',
    (message) => {
      expect(fail(409, own('any', message)).code).toBe('locker_error')
    },
  )

  it.each([
    [301, HTML, 'LOCKER_API_BASE in .env'],
    [401, own('unauthorized'), 'LOCKER_ACCESS_KEY_ID'],
    [401, HTML, 'LOCKER_API_BASE in .env'],
    [403, own('permission_denied'), 'LOCKER_ACCESS_KEY_ID'],
    [404, own('not_found'), 'LOCKER_API_BASE in .env'],
    [409, own('any', 'already exists'), 'answered 409: it exists already'],
    [422, own('any'), 'answered 422: the service refused the request'],
    [300, HTML, 'redirects are not followed'],
    [399, own('odd'), 'redirects are not followed'],
    [400, HTML, "not in the service's own words"],
    [299, HTML, "not in the service's own words"],
    [429, HTML, 'Try again later'],
    [500, HTML, 'Try again later'],
    [503, HTML, 'Try again later'],
  ])('names for %i %j what to check', (status, body, advice) => {
    expect(fail(status, body).message).toContain(advice)
  })

  it('says in one line what was asked, without the query', () => {
    expect(fail(401, own('unauthorized')).message).toMatch(/^GET \/v1\/secrets answered 401: [^\n?]+$/)
  })

  it.each([
    [401, own('unauthorized')],
    [403, own('permission_denied')],
    [404, own('not_found')],
    [409, own('any', 'canary-body already exists')],
    [422, own('any')],
    [429, own('any')],
    [500, HTML],
    [503, HTML],
    [301, HTML],
    [401, HTML],
  ])('shows nothing of the body of a %i, however it is printed', (status, body) => {
    const failure = fail(status, body, { 'x-request-id': 'r-1', location: 'https://canary.example' })
    expect(failure.httpBody).toContain('canary-body')
    const shown = [
      failure.message,
      failure.userMessage,
      String(failure),
      failure.stack,
      JSON.stringify(failure),
      inspect(failure, { depth: 9 }),
      inspect(failure, { depth: 9, getters: true }),
    ]
    expect(shown.join('\n')).not.toContain('canary')
  })

  it('keeps the body without credentials, the longer of two that begin alike as well', () => {
    const body = 'id=canary-key-id; token=canary-token-long; again=canary-token-long, short=canary-token.'
    expect(fail(403, body).httpBody).toBe('id=[hidden]; token=[hidden]; again=[hidden], short=[hidden].')
  })

  it('keeps no more of the body than the cap, also of one beyond any cap', () => {
    expect(fail(500, 'x'.repeat(MAX_HTTP_BODY_CHARS)).httpBody).toHaveLength(MAX_HTTP_BODY_CHARS)
    expect(fail(500, 'x'.repeat(1_000_000)).httpBody).toHaveLength(MAX_HTTP_BODY_CHARS)
  })

  it('does not keep the first half of a credential that the cap cuts', () => {
    const body = `${'x'.repeat(MAX_HTTP_BODY_CHARS - 6)}canary-key-id`
    expect(fail(500, body).httpBody).toBe(`${'x'.repeat(MAX_HTTP_BODY_CHARS - 6)}[hidde`)
  })

  it.each([
    [{ 'x-request-id': 'req-1.a_b:c' }, 'req-1.a_b:c'],
    [{ 'cf-ray': '8c0ffee-SIN' }, '8c0ffee-SIN'],
    [{ 'x-request-id': 'mine', 'cf-ray': 'theirs' }, 'mine'],
    [{ 'x-request-id': 'x' }, 'x'],
    [{ 'x-request-id': 'x'.repeat(128) }, 'x'.repeat(128)],
    [{ 'x-request-id': 'x'.repeat(129) }, undefined],
    [{ 'x-request-id': '' }, undefined],
    [{ 'x-request-id': 'two words' }, undefined],
    [{ 'x-request-id': ['a', 'b'] as unknown as string }, undefined],
    [{ 'x-request-id': 'prefix.canary-key-id' }, undefined],
    [{}, undefined],
  ])('takes the request id from %j', (headers, requestId) => {
    expect(fail(500, HTML, headers).requestId).toBe(requestId)
    expect(failureOfBody(answer(200, HTML, headers), endpoints.profile, context).requestId).toBe(requestId)
  })

  it.each([429, 503, 502])('takes Retry-After along with a %i', (status) => {
    expect(fail(status, HTML, { 'retry-after': '7' }).retryAfterSeconds).toBe(7)
    expect(fail(status, HTML).retryAfterSeconds).toBeUndefined()
  })
})

describe('failureOfBody', () => {
  it('is a connection error that keeps the body to itself', () => {
    const failure = failureOfBody(answer(200, `${HTML} canary-token`), endpoints.profile, context)
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure).toMatchObject({ statusCode: 200, retryable: false, httpBody: `${HTML} [hidden]` })
    expect(failure.message).toBe(
      'GET /v1/profile answered 200, but not with JSON: check LOCKER_API_BASE in .env, and any proxy in between',
    )
    expect(inspect(failure)).not.toContain('canary')
  })
})

describe('failureOfDeadline', () => {
  it('names the service, the span and the setting', () => {
    const failure = failureOfDeadline(1500, context)
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure).toMatchObject({ retryable: true, statusCode: undefined, cause: { message: 'ETIMEDOUT' } })
    expect(failure.message).toBe(
      'no complete answer from https://api.example/locker within 1500 ms (--timeout-ms)',
    )
  })

  it('names the failure before it', () => {
    const last = fail(503, HTML)
    expect(failureOfDeadline(1500, context, last).message).toContain(`; before that: ${last.message}`)
  })
})

describe('pathOf', () => {
  it.each([
    ['/v1/secrets?page=1', '/v1/secrets'],
    ['/v1/profile', '/v1/profile'],
    ['/v1/secrets?a=1?b=2\n', '/v1/secrets'],
  ])('of %j is %s', (path, bare) => {
    expect(pathOf({ method: 'GET', path })).toBe(bare)
  })
})
