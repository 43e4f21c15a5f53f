/** Waiting for one's turn to fetch, or for the process whose turn it is. */
import type { Cache } from './cache.ts'
import { isFresh } from './freshness.ts'
import { enterFlight } from './single-flight.ts'
import type { Load, LoadContext } from './steps.ts'
import type { View } from './view.ts'

/** How often a waiting process looks: often at first, then less. */
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 100

/** How the waiting ended, with what was read meanwhile. */
export interface Turn {
  /** False: somebody else is fetching still, and there is no more time to wait. */
  readonly isOurs: boolean
  readonly view: View | undefined
  /** To be called when the fetch is done, however it ended. */
  release(): void
}

/**
 * @param signature the view's, taken before it was last read
 * @param waitMs how long to wait at most
 * @returns our turn, or the fresh view that another process has brought
 */
export function* awaitTurn(
  cache: Cache,
  { config, clock }: LoadContext,
  signature: string | undefined,
  waitMs: number,
): Load<Turn | View> {
  const endMs = clock.now() + waitMs
  let view: View | undefined
  let seen = signature
  for (let pauseMs = FIRST_WAIT_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT_MS)) {
    const flight = enterFlight(cache.lockFile, clock.now(), config.connection.timeoutMs / 2)
    const signatureNow = cache.viewSignature()
    if (signatureNow !== seen) {
      seen = signatureNow
      view = cache.readView() ?? view
      if (view !== undefined && isFresh(view.validatedAtMs, clock, config.restTimeSeconds)) {
        if (flight.kind === 'ours') flight.release()
        return view
      }
    }
    if (flight.kind === 'ours') return { isOurs: true, view, release: flight.release }
    if (clock.now() >= endMs) return { isOurs: false, view, release: () => {} }
    yield { waitMs: pauseMs * (0.5 + Math.random()) }
  }
}
