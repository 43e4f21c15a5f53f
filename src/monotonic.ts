/**
 * A clock that every thread of this machine reads alike, and that nobody sets. Not `performance`, which begins anew in
 * each thread, and which Node loads when it is first touched: 2 ms of a cold start.
 */

/** @returns milliseconds, with fractions, since some fixed moment */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
