import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BASE_DELAY_MS, MAX_ATTEMPTS, planRetry } from '../../src/http/retry.ts'

const retryable = { retryable: true, retryAfterSeconds: undefined }

describe('planRetry', () => {
  it.each([
    ['half the base at least', { attempt: 1, random: 0 }, 50],
    ['the base at most', { attempt: 1, random: 1 }, 100],
    ['twice that before the third try', { attempt: 2, random: 0 }, 100],
    ['four times that before the fourth', { attempt: 3, random: 0.5 }, 300],
  ])('waits %s', (_, { attempt, random }, delayMs) => {
    expect(planRetry({ failure: retryable, attempt, remainingMs: 60_000, random })).toBe(delayMs)
  })

  it.each([
    ['a final failure', { failure: { ...retryable, retryable: false }, attempt: 1, remainingMs: 60_000 }],
    ['the fourth try', { failure: retryable, attempt: 4, remainingMs: 60_000 }],
    ['a wait that would end with the deadline', { failure: retryable, attempt: 1, remainingMs: 50 }],
    ['no time left', { failure: retryable, attempt: 1, remainingMs: 0 }],
    [
      'a server that asks for more than is left',
      { failure: { retryable: true, retryAfterSeconds: 3 }, attempt: 1, remainingMs: 3000 },
    ],
    [
      'a server that asks for ever',
      {
        failure: { retryable: true, retryAfterSeconds: Number.POSITIVE_INFINITY },
        attempt: 1,
        remainingMs: 1e9,
      },
    ],
  ])('gives up after %s', (_, tried) => {
    expect(planRetry({ ...tried, random: 0 })).toBeUndefined()
  })

  it.each([
    [3, 3001, 3000],
    [0, 3000, 50],
    [0.02, 3000, 50],
  ])('waits as long as the server asks (%d s, %d ms left)', (retryAfterSeconds, remainingMs, delayMs) => {
    const failure = { retryable: true, retryAfterSeconds }
    expect(planRetry({ failure, attempt: 1, remainingMs, random: 0 })).toBe(delayMs)
  })

  const tries = fc.record({
    failure: fc.record({
      retryable: fc.boolean(),
      retryAfterSeconds: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
    }),
    attempt: fc.integer({ min: 1, max: 2 * MAX_ATTEMPTS }),
    remainingMs: fc.double({ min: 0, max: 600_000, noNaN: true }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })

  it('never waits past the deadline, nor less than the server asks, nor after the last try', () => {
    fc.assert(
      fc.property(tries, (tried) => {
        const delayMs = planRetry(tried)
        if (delayMs === undefined) return
        expect(tried.failure.retryable && tried.attempt < MAX_ATTEMPTS).toBe(true)
        expect(delayMs).toBeLessThan(tried.remainingMs)
        expect(delayMs).toBeGreaterThanOrEqual((tried.failure.retryAfterSeconds ?? 0) * 1000)
        expect(delayMs).toBeGreaterThanOrEqual(BASE_DELAY_MS / 2)
      }),
    )
  })

  it('waits longer with each try, whatever chance says', () => {
    fc.assert(
      fc.property(tries, fc.nat({ max: 1e9 }), (tried, random) => {
        const failure = { ...tried.failure, retryable: true, retryAfterSeconds: undefined }
        const plan = (attempt: number, by: number) =>
          planRetry({ failure, attempt, remainingMs: Number.POSITIVE_INFINITY, random: by }) ?? 0
        const attempt = 1 + (tried.attempt % (MAX_ATTEMPTS - 2))
        expect(plan(attempt, tried.random)).toBeLessThanOrEqual(plan(attempt + 1, random / (1e9 + 1)))
      }),
    )
  })
})
