import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { APIConnectionError, CliRunError } from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { failureOfNetwork } from '../../src/http/network-failure.ts'
import { SETTINGS } from './client.ts'

const context = { apiBase: 'https://api.example/locker', settings: SETTINGS, credentials: [] }

const fail = (error: unknown) => failureOfNetwork(error, endpoints.secrets(), context)

const coded = (code: string, message = 'canary-message', cause?: Error) =>
  Object.assign(new Error(message, { cause }), { code })

describe('failureOfNetwork', () => {
  it.each([
    ['ECONNREFUSED', 'nothing listens there', true],
    ['ENOTFOUND', 'no such host', false],
    ['EAI_NODATA', 'no such host', false],
    ['EAI_NONAME', 'no such host', false],
    ['EAI_AGAIN', "can't be looked up now", true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'LOCKER_CA_FILE, or set LOCKER_UNSAFE=true', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'LOCKER_CA_FILE, or set LOCKER_UNSAFE=true', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'name it in LOCKER_CA_FILE', false],
    ['UNABLE_TO_GET_ISSUER_CERT', 'name it in LOCKER_CA_FILE', false],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'name it in LOCKER_CA_FILE', false],
    ['CERT_HAS_EXPIRED', "isn't valid today", false],
    ['CERT_NOT_YET_VALID', "isn't valid today", false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name', false],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS failed', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS failed', false],
    ['EPROTO', 'TLS failed', false],
    ['CERT_SIGNATURE_FAILURE', 'TLS failed', false],
    ['ECONNRESET', 'broke off', true],
    ['EPIPE', 'broke off', true],
    ['UND_ERR_SOCKET', 'broke off', true],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'broke off', true],
    ['HPE_INVALID_CONSTANT', 'no HTTP server', false],
    ['HTTPParserError', 'no HTTP server', false],
    ['UND_ERR_INVALID_ARG', 'LOCKER_HEADERS', false],
    ['UND_ERR_NOT_SUPPORTED', 'LOCKER_HEADERS', false],
    ['ETIMEDOUT', 'the connection failed', true],
    ['EHOSTUNREACH', 'the connection failed', true],
  ])('words %s and knows whether to try again', (code, words, retryable) => {
    const failure = fail(coded(code))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure).toMatchObject({ code: 'http_error', statusCode: undefined, retryable })
    expect(failure.message).toContain(words)
    expect(failure.message).toContain(`(${code}). Check LOCKER_API_BASE`)
    expect(failure.message).toMatch(/^GET \/v1\/secrets at https:\/\/api\.example\/locker: /)
    expect((failure.cause as Error).message).toBe(code)
    expect(inspect(failure)).not.toContain('canary')
  })

  it.each([
    [407, "the proxy wants credentials: put them into its variable, before the proxy's name", false],
    [502, "the proxy can't reach it", true],
    [503, "the proxy can't reach it", true],
    [504, "the proxy can't reach it", true],
    [500, 'the proxy refuses to connect to it', false],
    [403, 'the proxy refuses to connect to it', false],
  ])('words a %i that a proxy answers to CONNECT', (status, words, retryable) => {
    const message = `Proxy response (${status}) !== 200 when HTTP Tunneling`
    const failure = fail(coded('UND_ERR_ABORTED', message))
    expect(failure).toMatchObject({ retryable, statusCode: undefined })
    expect(failure.message).toContain(`${words} (PROXY_${status})`)
  })

  it.each([
    ['a cause', coded('UND_ERR_PRX_TLS', 'outer', coded('ERR_TLS_CERT_ALTNAME_INVALID'))],
    ["a cause's cause", coded('A', 'outer', coded('B', 'inner', coded('ERR_TLS_CERT_ALTNAME_INVALID')))],
    ['an only address', new AggregateError([coded('ERR_TLS_CERT_ALTNAME_INVALID')])],
    [
      'the first of several addresses',
      new AggregateError([coded('ERR_TLS_CERT_ALTNAME_INVALID'), coded('ETIMEDOUT')]),
    ],
  ])('finds the reason in %s', (_, error) => {
    expect((fail(error).cause as Error).message).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it.each([
    [new AggregateError([]), 'AggregateError'],
    [new TypeError('canary'), 'TypeError'],
    ['canary', 'string'],
    [undefined, 'undefined'],
  ])('names no more than the kind of %o', (error, kind) => {
    const failure = fail(error)
    expect(failure.message).toContain(`the connection failed (${kind})`)
    expect(inspect(failure)).not.toContain('canary')
  })

  it('returns an error of ours as it is', () => {
    const error = new CliRunError('ours')
    expect(fail(error)).toBe(error)
  })
})
