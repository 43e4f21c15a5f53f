import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format, inspect } from 'node:util'
import { build } from 'esbuild'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type * as errors from '../src/errors.ts'
import {
  AlreadyExistsError,
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  CliRunError,
  describeFailure,
  type ErrorDetails,
  fromErrorRecord,
  LockerError,
  MAX_HTTP_BODY_CHARS,
  PermissionDeniedError,
  RateLimitError,
  ResourceNotFoundError,
  toErrorRecord,
} from '../src/errors.ts'

type ErrorClass = new (message: string, details?: ErrorDetails) => LockerError

/** Class, its code, and the status and retryability it has of itself. */
const CLASSES: [string, ErrorClass, string, number | undefined, boolean][] = [
  ['AuthenticationError', AuthenticationError, 'unauthorized', 401, false],
  ['PermissionDeniedError', PermissionDeniedError, 'permission_denied', 403, false],
  ['ResourceNotFoundError', ResourceNotFoundError, 'not_found', 404, false],
  ['RateLimitError', RateLimitError, 'rate_limit', 429, true],
  ['APIServerError', APIServerError, 'server_error', undefined, false],
  ['APIConnectionError', APIConnectionError, 'http_error', undefined, false],
  ['CliRunError', CliRunError, 'cli_error', undefined, false],
  ['AlreadyExistsError', AlreadyExistsError, 'already_exists', undefined, false],
  ['LockerError', LockerError, 'locker_error', undefined, false],
]

const CANARY = 'canary-9f31'

describe.each(CLASSES)('%s', (className, Class, code, statusCode, retryable) => {
  it('has its name, code and status', () => {
    expect(new Class('what failed')).toMatchObject({
      name: className,
      code,
      statusCode,
      message: 'what failed',
      userMessage: 'what failed',
      retryable,
    })
  })

  it('is undefined where nothing is known', () => {
    const error = new Class('what failed')
    expect(error.httpBody).toBeUndefined()
    expect(error.requestId).toBeUndefined()
    expect(error.retryAfterSeconds).toBeUndefined()
    expect(error.cause).toBeUndefined()
    expect('cause' in error).toBe(false)
  })

  it('has no property that a copy or a log would show beside the known ones', () => {
    const fields = ['code', 'statusCode', 'userMessage', 'requestId', 'retryAfterSeconds', 'retryable']
    expect(Object.keys(new Class('what failed', { httpBody: CANARY }))).toEqual(fields)
  })

  it('carries the brand that every copy and every version knows', () => {
    expect(Reflect.get(new Class('what failed'), Symbol.for('lockerpm.error'))).toBe(code)
  })

  it('may be given another name, like any error', () => {
    const error = new Class('what failed')
    error.name = 'Renamed'
    expect(String(error)).toBe('Renamed: what failed')
    const given = { value: 'Renamed', configurable: true, enumerable: false, writable: true }
    expect(Object.getOwnPropertyDescriptor(error, 'name')).toEqual(given)
  })

  it('keeps what it is told', () => {
    const details = {
      statusCode: 418,
      httpBody: 'body',
      requestId: 'request-1',
      retryAfterSeconds: 7,
      retryable: !retryable,
    }
    expect(new Class('what failed', details)).toMatchObject(details)
  })

  it('is an Error and a LockerError, and of no other class', () => {
    const error = new Class('what failed')
    expect(error).toBeInstanceOf(Error)
    for (const [otherName, Other] of CLASSES) {
      expect(error instanceof Other).toBe(otherName === className || otherName === 'LockerError')
    }
  })

  it('says its class and message in its stack, its text and inspect', () => {
    const error = new Class('what failed')
    expect(String(error)).toBe(`${className}: what failed`)
    expect(error.stack).toMatch(new RegExp(`^${className}: what failed\n`))
    expect(inspect(error)).toMatch(new RegExp(`^${className}: what failed\n`))
  })

  it('shows the answer’s body to no log', () => {
    const error = new Class('what failed', { httpBody: CANARY, cause: new TypeError(CANARY) })
    expect(error.httpBody).toBe(CANARY)
    const shown = [
      inspect(error, { depth: null }),
      inspect(error, { depth: null, showHidden: true, getters: false }),
      format('%s %o', error, { error }),
      JSON.stringify(error),
      JSON.stringify({ ...error }),
      String(error),
      String(error.stack),
    ]
    for (const text of shown) expect(text).not.toContain(CANARY)
  })

  it('becomes JSON without body, stack and cause', () => {
    const details = { statusCode: 418, requestId: 'r', retryAfterSeconds: 7, retryable: true }
    const error = new Class('what failed', { ...details, httpBody: CANARY, cause: new Error(CANARY) })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: className,
      code,
      message: 'what failed',
      ...details,
    })
  })

  it('comes back from another thread as what it was', () => {
    const details = {
      statusCode: 418,
      httpBody: 'body',
      requestId: 'request-1',
      retryAfterSeconds: 7,
      retryable: !retryable,
      cause: Object.assign(new Error(CANARY), { code: 'ECONNRESET' }),
    }
    const error = new Class('what failed', details)
    const rebuilt = fromErrorRecord(JSON.parse(JSON.stringify(toErrorRecord(error))))
    expect(rebuilt.constructor).toBe(Class)
    expect(rebuilt).toMatchObject({ ...details, name: className, code, cause: { message: 'ECONNRESET' } })
    expect(toErrorRecord(rebuilt)).toEqual(toErrorRecord(error))
  })
})

const code = fc.constantFrom(...CLASSES.map(([, Class]) => Class))
const details: fc.Arbitrary<ErrorDetails> = fc.record(
  {
    statusCode: fc.integer({ min: 100, max: 599 }),
    httpBody: fc.string({ unit: 'binary', maxLength: 3000 }),
    requestId: fc.string(),
    retryAfterSeconds: fc.nat(),
    retryable: fc.boolean(),
    cause: fc.oneof(fc.string({ minLength: 1 }), fc.constant(new RangeError(CANARY)), fc.anything()),
  },
  { requiredKeys: [] },
)

describe('toErrorRecord and fromErrorRecord', () => {
  it('lose nothing but the stack on the way through JSON', () => {
    fc.assert(
      fc.property(code, fc.string({ unit: 'binary' }), details, (Class, message, known) => {
        const error = new Class(message, known)
        const rebuilt = fromErrorRecord(JSON.parse(JSON.stringify(toErrorRecord(error))))
        expect(rebuilt.constructor).toBe(Class)
        expect(rebuilt.toJSON()).toEqual(error.toJSON())
        expect(rebuilt.httpBody).toBe(error.httpBody)
        expect((rebuilt.cause as Error | undefined)?.message).toBe(
          (error.cause as Error | undefined)?.message,
        )
      }),
    )
  })

  it.each([
    ['a defect of ours', new TypeError(CANARY), 'TypeError'],
    ['a system error', Object.assign(new Error(CANARY), { code: 'EACCES' }), 'EACCES'],
    ['a text', CANARY, 'string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'object'],
    ['an object', { message: CANARY }, 'object'],
  ])('tell %s by its kind alone', (_, thrown, kind) => {
    const record = toErrorRecord(thrown)
    expect(record).toEqual({ code: 'cli_error', message: `unexpected failure (${kind})`, cause: undefined })
    expect(fromErrorRecord(record)).toBeInstanceOf(CliRunError)
  })
})

describe('a cause', () => {
  it.each([
    ['a system error', Object.assign(new Error(CANARY), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['an error without a code', new SyntaxError(CANARY), 'SyntaxError'],
    ['an error whose code is a number', Object.assign(new Error(CANARY), { code: 7 }), 'Error'],
    ['a text that a caller chose', 'ETIMEDOUT', 'ETIMEDOUT'],
    ['something that is no error', { secret: CANARY }, 'object'],
  ])('keeps of %s only what can hold no data', (_, cause, kept) => {
    const error = new LockerError('what failed', { cause })
    expect((error.cause as Error).message).toBe(kept)
    expect(inspect(error, { showHidden: true, depth: null })).not.toContain(CANARY)
    expect(String((error.cause as Error).stack)).not.toContain(CANARY)
  })

  it('stays what it is when it is ours', () => {
    const cause = new CliRunError('inner')
    expect(new LockerError('outer', { cause }).cause).toBe(cause)
    expect(toErrorRecord(new LockerError('outer', { cause })).cause).toBe('inner')
  })
})

describe('the body of an answer', () => {
  it.each([
    [MAX_HTTP_BODY_CHARS - 1, MAX_HTTP_BODY_CHARS - 1],
    [MAX_HTTP_BODY_CHARS, MAX_HTTP_BODY_CHARS],
    [MAX_HTTP_BODY_CHARS + 1, MAX_HTTP_BODY_CHARS],
  ])('of %i characters keeps %i', (length, kept) => {
    const body = `<${'x'.repeat(length - 1)}`
    expect(new LockerError('what failed', { httpBody: body }).httpBody).toBe(body.slice(0, kept))
  })

  it('is capped at 2048 characters', () => {
    expect(MAX_HTTP_BODY_CHARS).toBe(2048)
  })

  it('stays empty when it was empty', () => {
    expect(new LockerError('what failed', { httpBody: '' }).httpBody).toBe('')
  })
})

describe('describeFailure', () => {
  it.each([
    ['its code', Object.assign(new Error(CANARY), { code: 'ENOENT' }), 'ENOENT'],
    ['its class', new RangeError(CANARY), 'RangeError'],
    ['its class when the code is no text', Object.assign(new RangeError(CANARY), { code: 42 }), 'RangeError'],
    ['the type of what is no error', CANARY, 'string'],
  ])('gives %s', (_, error, expected) => {
    expect(describeFailure(error)).toBe(expected)
  })

  it('gives the code of one of ours', () => {
    expect(describeFailure(new CliRunError(CANARY))).toBe('cli_error')
  })
})

describe('instanceof', () => {
  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'LockerError'],
    ['a number', 7],
    ['an object', {}],
    ['another error', new Error('other')],
    [
      'another error with the same name and code',
      Object.assign(new Error('x'), { name: 'LockerError', code: 'locker_error' }),
    ],
  ])('is false for %s', (_, value) => {
    for (const [, Class] of CLASSES) expect((value as unknown) instanceof Class).toBe(false)
  })

  it('works for classes that applications derive', () => {
    class AppError extends LockerError {}
    const error = new AppError('theirs')
    expect(error).toBeInstanceOf(AppError)
    expect(error).toBeInstanceOf(LockerError)
    expect(error instanceof CliRunError).toBe(false)
    expect(new LockerError('ours') instanceof AppError).toBe(false)
  })
})

describe('two bundled copies of this file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'errors-'))
  const require = createRequire(import.meta.url)
  const copies: (typeof errors)[] = []
  afterAll(() => rmSync(folder, { recursive: true }))

  beforeAll(async () => {
    for (const copy of ['first', 'second']) {
      const outfile = join(folder, `${copy}.cjs`)
      await build({
        entryPoints: [join(import.meta.dirname, '../src/errors.ts')],
        outfile,
        bundle: true,
        platform: 'node',
        format: 'cjs',
      })
      copies.push(require(outfile))
    }
  })

  it.each(CLASSES)('know each other’s %s', (className) => {
    const [first, second] = copies
    if (first === undefined || second === undefined) throw new Error('not built')
    const classOf = (copy: typeof errors) => copy[className as 'LockerError'] as ErrorClass
    expect(classOf(first)).not.toBe(classOf(second))
    const error = new (classOf(first))('what failed', { httpBody: 'body' })
    expect(error).toBeInstanceOf(classOf(second))
    expect(error).toBeInstanceOf(second.LockerError)
    expect(new second.LockerError('x') instanceof classOf(first)).toBe(className === 'LockerError')
    expect(error instanceof second.RateLimitError).toBe(className === 'RateLimitError')
    expect(second.toErrorRecord(error)).toMatchObject({ code: error.code, httpBody: 'body' })
    expect(inspect(error)).toMatch(new RegExp(`^${className}: what failed`))
  })
})
