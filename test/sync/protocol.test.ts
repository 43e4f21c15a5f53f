import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AlreadyExistsError,
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  CliRunError,
  LockerError,
  PermissionDeniedError,
  RateLimitError,
  ResourceNotFoundError,
} from '../../src/errors.ts'
import { openReply, replyTo } from '../../src/sync/protocol.ts'

const details = {
  statusCode: 418,
  httpBody: '{"code":"x"}',
  requestId: 'request-1',
  retryAfterSeconds: 1.5,
  retryable: true,
  cause: 'ECONNRESET',
}

const ignore = () => {}

async function failureThrough(error: unknown): Promise<LockerError> {
  const text = await replyTo(() => Promise.reject(error), [])
  try {
    openReply(text, ignore)
  } catch (rebuilt) {
    if (rebuilt instanceof LockerError) return rebuilt
  }
  throw new Error('no LockerError came out')
}

describe('a reply', () => {
  it('carries any result that JSON can hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (result) => {
        const text = await replyTo(async () => result, [])
        expect(openReply(text, ignore)).toEqual(JSON.parse(JSON.stringify(result)))
      }),
    )
  })

  it.each([
    new AuthenticationError('m', details),
    new PermissionDeniedError('m', details),
    new ResourceNotFoundError('m', details),
    new RateLimitError('m', details),
    new APIServerError('m', details),
    new APIConnectionError('m', details),
    new CliRunError('m', details),
    new AlreadyExistsError('m', details),
    new LockerError('m', details),
  ])('carries %o with its class and every field', async (error) => {
    const rebuilt = await failureThrough(error)
    expect(rebuilt).toBeInstanceOf(error.constructor)
    expect(rebuilt).toMatchObject({ ...details, cause: { message: 'ECONNRESET' } })
    expect(rebuilt.message).toBe('m')
    expect(rebuilt.name).toBe(error.name)
    expect(rebuilt.code).toBe(error.code)
  })

  it('carries an error without details as one without details', async () => {
    const rebuilt = await failureThrough(new LockerError('m'))
    expect(rebuilt).toMatchObject({ statusCode: undefined, retryable: false })
    expect(rebuilt.httpBody).toBeUndefined()
    expect(rebuilt.cause).toBeUndefined()
  })

  it.each([
    [new TypeError('canary'), 'TypeError'],
    [Object.assign(new Error('canary'), { code: 'ENOENT' }), 'ENOENT'],
    ['canary', 'string'],
    [undefined, 'undefined'],
  ])('tells of %o no more than its kind', async (error, kind) => {
    const rebuilt = await failureThrough(error)
    expect(rebuilt).toBeInstanceOf(CliRunError)
    expect(rebuilt.message).toBe(`unexpected failure (${kind})`)
  })

  it('is made also when the work throws at once', async () => {
    const text = await replyTo(() => {
      throw new LockerError('m')
    }, [])
    expect(() => openReply(text, ignore)).toThrow('m')
  })

  it.each([
    ['a result', async () => 1],
    ['an error', () => Promise.reject(new LockerError('m'))],
  ])('brings with %s the lines that were said, in their order, first', async (_, work) => {
    const said: string[] = ['before']
    const text = await replyTo(() => {
      said.push('within')
      return work()
    }, said)
    const heard: string[] = []
    try {
      openReply(text, (line) => heard.push(line))
    } catch {}
    expect(heard).toEqual(['before', 'within'])
  })
})
