import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildSdk,
  callReader,
  failureOf,
  type Mode,
  openLocker,
  type Sdk,
  startThreadServer,
  type ThreadServer,
} from './sdk.ts'

const sdk = buildSdk()
const MODES: readonly Mode[] = ['awaiting', 'blocking']

let server: ThreadServer
beforeAll(async () => {
  const ends: (() => Promise<void>)[] = []
  server = await startThreadServer(
    sdk(),
    { seeds: [{ environments: [], secrets: [{ key: 'A', value: 'a' }] }] },
    (end) => ends.push(end),
  )
  return () => Promise.all(ends.map((end) => end()))
})

type ClassName = {
  [Name in keyof typeof Sdk]: (typeof Sdk)[Name] extends typeof Sdk.LockerError ? Name : never
}[keyof typeof Sdk]

const CASES: readonly (readonly [string, string, ClassName, Partial<Sdk.LockerError>])[] = [
  ['401', 'status=401', 'AuthenticationError', { code: 'unauthorized', statusCode: 401, retryable: false }],
  ['403', 'status=403', 'PermissionDeniedError', { code: 'permission_denied', statusCode: 403 }],
  ['404', 'status=404', 'ResourceNotFoundError', { code: 'not_found', statusCode: 404 }],
  [
    '429',
    'status=429,retry-after=60',
    'RateLimitError',
    { code: 'rate_limit', statusCode: 429, retryAfterSeconds: 60, retryable: true },
  ],
  ['500', 'status=500', 'APIServerError', { code: 'server_error', statusCode: 500 }],
  ['501', 'status=501', 'APIServerError', { code: 'server_error', statusCode: 501 }],
  ['503', 'status=503', 'APIConnectionError', { code: 'http_error', statusCode: 503, retryable: true }],
  ['a reset', 'reset', 'APIConnectionError', { code: 'http_error', statusCode: undefined, retryable: true }],
  ["a proxy's 401", 'html,status=401', 'APIConnectionError', { code: 'http_error', statusCode: 401 }],
  ["a proxy's page", 'html', 'APIConnectionError', { code: 'http_error', statusCode: 200 }],
  [
    'a duplicate',
    'status=422,message=This%20hash%20already%20existed',
    'AlreadyExistsError',
    { code: 'already_exists', statusCode: 422 },
  ],
  ['another refusal', 'status=422', 'LockerError', { code: 'locker_error', statusCode: 422 }],
]

describe.each(MODES)('%s', (mode) => {
  it.each(CASES)(
    '%s is thrown as its class, with everything it carries',
    async (_, fault, className, expected) => {
      await server.setFaults(`/v1/secrets* ${fault}; /v1/sync/* ${fault}`)
      const error = await failureOf(callReader(mode, openLocker(sdk(), server), 'get', 'A', null, 'default'))
      await server.setFaults('')
      expect(error).toBeInstanceOf(sdk().sdk[className])
      expect(error).toBeInstanceOf(sdk().sdk.LockerError)
      expect(error).toMatchObject({ name: className, ...expected })
      expect(error.userMessage).toBe(error.message)
      expect(error.message).toMatch(/^GET \/v1\/secrets/)
      expect(error.message).not.toContain('\n')
      if (error.statusCode !== undefined)
        expect(error.httpBody).toMatch(fault.includes('html') ? /<html/i : /"code"/)
      if (fault === 'reset') expect((error.cause as Error).message).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
    },
  )

  it('a deadline that passes is an http_error, and the next call is none the worse for it', async () => {
    const locker = openLocker(sdk(), server)
    expect(await callReader(mode, locker, 'get', 'A')).toBe('a')
    await server.setFaults('/v1/secrets* #1 hang')
    const error = await failureOf(
      callReader(mode, locker, 'get', 'A', null, '', { fetch: true, timeoutMs: 300 }),
    )
    expect(error).toMatchObject({ name: 'APIConnectionError', code: 'http_error', statusCode: undefined })
    expect((error.cause as Error).message).toBe('ETIMEDOUT')
    expect(error.message).toContain("within 300 ms (the call's timeoutMs)")
    expect(await callReader(mode, locker, 'get', 'A', null, '', { fetch: true })).toBe('a')
    await server.setFaults('')
  })

  it('two halves that do not belong together are a cli_error that says so', async () => {
    const secretAccessKey = randomBytes(32).toString('base64')
    const locker = openLocker(sdk(), { ...server, secretAccessKey })
    const error = await failureOf(callReader(mode, locker, 'get', 'A', null, 'default'))
    expect(error).toBeInstanceOf(sdk().sdk.CliRunError)
    expect(error).toMatchObject({ name: 'CliRunError', code: 'cli_error', statusCode: undefined })
    expect(error.message).toContain('the two halves were made together')
    expect(error.message).not.toContain(secretAccessKey)
  })

  it('a record that was tampered with is a cli_error that names it, for whoever reads it', async () => {
    const own = await startThreadServer(sdk(), {
      seeds: [
        {
          environments: [],
          secrets: [
            { key: 'A', value: 'a' },
            { key: 'B', value: 'b' },
          ],
        },
      ],
    })
    const record = (await own.project('findSecret', 'B')) as { id: string; value: string }
    const mac = record.value.lastIndexOf('|') + 1
    const flipped = record.value[mac] === 'A' ? 'B' : 'A'
    const value = record.value.slice(0, mac) + flipped + record.value.slice(mac + 1)
    await own.project('replaceSecret', { ...record, value })
    const locker = openLocker(sdk(), own)
    expect(await callReader(mode, locker, 'get', 'A')).toBe('a')
    for (const method of ['retrieve', 'list', 'environment'] as const) {
      const error = await failureOf(callReader(mode, locker, method, ...(method === 'retrieve' ? ['B'] : [])))
      expect(error).toMatchObject({ name: 'CliRunError', code: 'cli_error' })
      expect(error.message).toContain(`value of secret ${record.id}`)
    }
  })

  it('refuses a signal where it blocks, and nowhere else', async () => {
    const { signal } = new AbortController()
    const read = callReader(mode, openLocker(sdk(), server), 'get', 'A', null, '', { signal })
    if (mode === 'awaiting') expect(await read).toBe('a')
    else
      expect((await failureOf(read)).message).toContain(
        'the option signal is of no use to a call that blocks',
      )
  })
})
