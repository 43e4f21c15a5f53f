/** A clock that every thread of this machine reads alike, and that nobody sets. */

/** @returns milliseconds since some fixed moment; `performance.now` begins anew in each thread */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
