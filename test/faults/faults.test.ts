import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../http/test-server.ts'
import { CODES, FAULT_CASES, type FaultCase } from './cases.ts'
import { SdkProcess, STARTERS, type Target } from './doors.ts'
import { type Arrange, changed, faulty, fine } from './failing-servers.ts'

/** How much later than its deadline a process may have ended, on a machine that is busy. */
const TOLERANCE_MS = 20_000

let sdk: SdkProcess
beforeAll(() => {
  sdk = new SdkProcess()
})
afterAll(() => sdk.kill())

/** The doors that start a program: it isn't started, and one line says why. */
async function expectNoStart(target: Target, words: RegExp, natively = words): Promise<void> {
  const starts = Object.entries(STARTERS).map(async ([door, open]) => [door, await open(target)] as const)
  for (const [door, { stderr, ...rest }] of await Promise.all(starts)) {
    expect({ door, ...rest }).toEqual({ door, status: 125, signal: null, stdout: '' })
    expect(stderr, door).toMatch(/^lockerpm: (the program|nothing|the command) was (not )?started: [^\n]+\n$/)
    expect(stderr, door).toMatch(door === 'locker-run' ? natively : words)
    expect(stderr, door).not.toContain('canary')
  }
}

/** The SDK's doors: the error is of its class, and the next call works. */
async function expectThrown(target: Target, [, , name, statusCode, words]: FaultCase): Promise<void> {
  const healthy = await fine()
  for (const isBlocking of [false, true]) {
    const outcome = await sdk.read(target, isBlocking)
    expect({ isBlocking, ...outcome }).toMatchObject({
      isBlocking,
      name,
      code: CODES[name],
      statusCode,
      isOurs: true,
    })
    expect(outcome.message).toMatch(words)
    expect(outcome.message).not.toMatch(/\n|canary/)
    expect(await sdk.read(healthy, isBlocking)).toEqual({ values: { A: 'a', B: 'b', C: 'c' } })
  }
}

async function expectFailure(target: Target, row: FaultCase): Promise<void> {
  const startedMs = performance.now()
  await Promise.all([expectNoStart(target, row[4], row[5]), expectThrown(target, row)])
  // The SDK's two calls came one after the other.
  expect(performance.now() - startedMs).toBeLessThan(2 * target.timeoutMs + TOLERANCE_MS)
}

describe('a service that fails', () => {
  it.each(FAULT_CASES.map((row) => [row[0], row] as const))('%s', async (_, row) => {
    const [, arrange] = row
    await expectFailure(await arrange(), row)
  })

  it.each([
    ['0', 0],
    ['3600', 3600],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['soon', null],
    ['-1', null],
  ])('429 with Retry-After: %s', async (header, retryAfterSeconds) => {
    const target = await faulty(`status=429,retry-after=${encodeURIComponent(header)}`)()
    await expectNoStart(target, /429: too many requests/)
    for (const isBlocking of [false, true])
      expect(await sdk.read(target, isBlocking)).toMatchObject({
        name: 'RateLimitError',
        code: 'rate_limit',
        retryAfterSeconds,
      })
  })
})

describe('another host', () => {
  const location = (origin: string) => `${origin}/v1/secrets?page=2`
  const redirects = [301, 302, 303, 307, 308].map(
    (status) =>
      [
        `a ${status} leads there`,
        (origin) => faulty(`status=${status},redirect=${location(origin)}`),
        status,
        /redirects are not followed/,
      ] as readonly [string, (origin: string) => Arrange, number | null, RegExp],
  )

  it.each([
    ...redirects,
    [
      'a `next` leads there',
      (origin) => changed({ page: { count: 2, next: location(origin) } }),
      null,
      /leads to another host: not followed/,
    ],
    [
      'a `next` leads there without a scheme',
      (origin) => changed({ page: { count: 2, next: location(origin).replace('http:', '') } }),
      null,
      /leads to another host: not followed/,
    ],
    [
      'a `next` leads there by a user name',
      (origin) => changed({ page: { count: 2, next: `@${origin.slice(7)}/v1/secrets` } }),
      null,
      /leads to another host: not followed/,
    ],
  ] as readonly (readonly [string, (origin: string) => Arrange, number | null, RegExp])[])(
    'is not asked for anything when %s',
    async (title, leadTo, statusCode, words) => {
      const elsewhere = await startServer((_, response) => response.end())
      const arrange = leadTo(elsewhere.origin)
      await expectFailure(await arrange(), [title, arrange, 'APIConnectionError', statusCode, words])
      expect(elsewhere.sockets).toHaveLength(0)
    },
  )
})

describe('a service that fails for a moment', () => {
  it.each([
    ['a reset', '#1-2 reset'],
    ['a body that breaks off', '#1-2 truncate'],
    ['a 503', '#1-2 status=503,html'],
    ['a 429 with Retry-After', '#1-2 status=429,retry-after=1'],
    ['a restart between two pages', '/v1/secrets?*page=2* #1-2 reset'],
  ])('%s is survived by every door', async (_, spec) => {
    for (const open of Object.values(STARTERS)) {
      const target = await faulty(spec, 60_000, 1)()
      expect(await open(target)).toEqual({ status: 0, signal: null, stdout: 'a\n', stderr: '' })
    }
    for (const isBlocking of [false, true]) {
      const target = await faulty(spec, 60_000, 1)()
      expect(await sdk.read(target, isBlocking)).toEqual({ values: { A: 'a', B: 'b', C: 'c' } })
    }
  })
})

it('the process of all those calls has printed nothing, and ends when nothing is left to do', async () => {
  expect(await sdk.end()).toEqual({ status: 0, output: '' })
})
