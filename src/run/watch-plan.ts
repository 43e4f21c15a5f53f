/** What `--watch` and `--kill-after` say. product: section 3 */
import { LockerError } from '../errors.ts'
import type { RunFlagKey } from './flags.ts'

/** How a command is started again after a change. */
export interface WatchPlan {
  /** Between two questions to the service: 1,000 to 86,400,000. */
  readonly intervalMs: number
  /** Between TERM and KILL: 0 to 86,400,000. */
  readonly killAfterMs: number
}

const DEFAULT_INTERVAL_SECONDS = 30
const DEFAULT_KILL_AFTER_SECONDS = 10
const MAX_SECONDS = 86_400

/**
 * @param texts the flags' values, by key; `true` is a flag without one
 * @returns undefined: nothing is watched
 * @throws LockerError when a value is no whole number of seconds
 */
export function readWatchPlan(texts: ReadonlyMap<string, string>): WatchPlan | undefined {
  const seconds = (key: RunFlagKey, least: number, byDefault: number) => {
    const text = texts.get(key)
    if (text === undefined || text === 'true') return byDefault
    const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : -1
    if (value >= least && value <= MAX_SECONDS) return value
    throw new LockerError(`--${key} must be a whole number of seconds from ${least} to ${MAX_SECONDS}`)
  }
  const intervalMs = seconds('watch', 1, DEFAULT_INTERVAL_SECONDS) * 1000
  const killAfterMs = seconds('kill-after', 0, DEFAULT_KILL_AFTER_SECONDS) * 1000
  return texts.has('watch' satisfies RunFlagKey) ? { intervalMs, killAfterMs } : undefined
}
