/** When to try a read again: pure. Writes are never retried. product: section 1, Failing */
import type { LockerError } from '../errors.ts'

/** Tries of one read, the first one included. */
export const MAX_ATTEMPTS = 4
/** The wait before the second try; doubles each time, and half of it is chance. */
export const BASE_DELAY_MS = 100

/** What is known when a try has failed. */
export interface FailedTry {
  readonly failure: Pick<LockerError, 'retryable' | 'retryAfterSeconds'>
  /** 1 for the first try. */
  readonly attempt: number
  /** Until the deadline. */
  readonly remainingMs: number
  /** From 0, below 1: spreads many clients out. */
  readonly random: number
}

/**
 * @returns how long to wait before the next try; undefined: give up, because the failure is final, the
 *   tries are used up, or the wait would outlast the deadline
 */
export function planRetry({ failure, attempt, remainingMs, random }: FailedTry): number | undefined {
  if (!failure.retryable || attempt >= MAX_ATTEMPTS) return undefined
  const backoffMs = BASE_DELAY_MS * 2 ** (attempt - 1) * (0.5 + random / 2)
  const delayMs = Math.max(backoffMs, (failure.retryAfterSeconds ?? 0) * 1000)
  return delayMs < remainingMs ? delayMs : undefined
}
