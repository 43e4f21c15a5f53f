/** How many requests an access key has per window. product: section 5, 429 */

/** So many requests in so many seconds, for each access key. */
export interface RateLimit {
  /** From 1. */
  readonly requests: number
  /** Seconds, above 0. */
  readonly windowSeconds: number
}

interface Window {
  readonly endMs: number
  readonly used: number
}

/** Fixed windows: the first request of a key opens one. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #windows = new Map<string, Window>()

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  /**
   * Counts a request.
   *
   * @param accessKeyId whose
   * @param nowMs when, Unix milliseconds
   * @returns whole seconds to wait, from 1; undefined: it may pass
   */
  take(accessKeyId: string, nowMs: number): number | undefined {
    const open = this.#windows.get(accessKeyId)
    const fresh = { endMs: nowMs + this.#limit.windowSeconds * 1000, used: 0 }
    const window = open !== undefined && nowMs < open.endMs ? open : fresh
    if (window.used >= this.#limit.requests) return Math.ceil((window.endMs - nowMs) / 1000)
    this.#windows.set(accessKeyId, { ...window, used: window.used + 1 })
    return undefined
  }
}
