/** One deadline over everything that a load does: requests, retries, waits. */
import { monotonicMs } from '../monotonic.ts'

/** Runs from its creation. */
export interface Deadline {
  /** Fires when time is up, when the caller cancels, or at {@link Deadline.end}. */
  readonly signal: AbortSignal
  /** The whole span, for the error. */
  readonly timeoutMs: number
  /** What set it, for the error; undefined: the setting. */
  readonly limit: string | undefined
  /** 0 when time is up. */
  remainingMs(): number
  /** Whether time is up: tells that from a caller who cancelled. */
  isOver(): boolean
  /** Stops the clock and whatever still waits on the signal. */
  end(): void
}

/**
 * @param timeoutMs 1 and up
 * @param caller cancels as well; its reason becomes the signal's
 * @param spentMs what has gone by before this could run, as when a worker had to start first
 * @param limit what set the timeout, for the error; left out: the setting
 */
export function startDeadline(
  timeoutMs: number,
  caller?: AbortSignal,
  spentMs = 0,
  limit?: string,
): Deadline {
  const controller = new AbortController()
  const startedMs = monotonicMs() - spentMs
  const remainingMs = () => Math.max(0, timeoutMs - (monotonicMs() - startedMs))
  let isOver = false
  const timer = setTimeout(() => {
    isOver = true
    controller.abort()
  }, remainingMs())
  const cancel = () => controller.abort(caller?.reason)
  if (caller?.aborted) cancel()
  caller?.addEventListener('abort', cancel)
  return {
    signal: controller.signal,
    timeoutMs,
    limit,
    remainingMs,
    isOver: () => isOver,
    end: () => {
      clearTimeout(timer)
      caller?.removeEventListener('abort', cancel)
      // With a reason, since Node would make one: 0.3 ms of a cold start. Who still waits has nobody who listens.
      controller.abort('ended')
    },
  }
}

/**
 * @param delayMs 0 and up
 * @param signal cuts the wait short; its reason is thrown
 */
export function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const cancel = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancel)
      resolve()
    }, delayMs)
    signal.addEventListener('abort', cancel, { once: true })
  })
}
