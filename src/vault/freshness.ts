/** How old something may be: pure. */

/** This machine's clocks, as far as a load needs them. */
export interface Clock {
  /** Unix milliseconds, now. */
  now(): number
  /** Unix milliseconds when this process started. */
  readonly startedAtMs: number
}

/** @returns this process's own. Not by `performance.timeOrigin`, which loads perf_hooks: 0.6 ms of a start. */
export function startClock(): Clock {
  return { now: Date.now, startedAtMs: Date.now() - process.uptime() * 1000 }
}

/**
 * A view from the future was written by a clock that has been set back since: nobody knows its age.
 *
 * @param validatedAtMs when the service last said that it is current
 * @param restTimeSeconds for how long that is good enough. What was validated after this process started is
 *   fresh for it whatever this says.
 */
export function isFresh(validatedAtMs: number, clock: Clock, restTimeSeconds: number): boolean {
  const ageMs = clock.now() - validatedAtMs
  return ageMs >= 0 && (ageMs < restTimeSeconds * 1000 || validatedAtMs >= clock.startedAtMs)
}

/**
 * @param maxStaleSeconds how old it may be to stand in during an outage; 0: never
 */
export function mayStandIn(validatedAtMs: number, nowMs: number, maxStaleSeconds: number): boolean {
  const ageMs = nowMs - validatedAtMs
  return ageMs >= 0 && ageMs < maxStaleSeconds * 1000
}

/** @returns an age in the largest unit that says enough, such as `3 h` */
export function describeAge(ageMs: number): string {
  const seconds = Math.round(ageMs / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
