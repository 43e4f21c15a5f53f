/** Waiting for one's turn to fetch, or for the process whose turn it is. */
import type { Cache } from './cache.ts'
import { isFresh } from './freshness.ts'
import { enterFlight } from './single-flight.ts'
import type { Load, LoadContext } from './steps.ts'
import type { View } from './view.ts'

/** How often a waiting process looks: often at first, then less. */
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 100

/** Our turn, with what was read while waiting. `release` when the fetch is done, however it ended. */
export interface Turn {
  readonly view: View | undefined
  release(): void
}

/**
 * @param signature the view's, taken before it was last read
 * @returns our turn, or the fresh view that another process has brought. After half the deadline it is our turn
 *   in any case, since a holder may hang as well.
 */
export function* awaitTurn(
  cache: Cache,
  { config, clock }: LoadContext,
  signature: string | undefined,
): Load<Turn | View> {
  const patienceEndsMs = clock.now() + config.connection.timeoutMs / 2
  let view: View | undefined
  let seen = signature
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const flight = enterFlight(cache.lockFile, clock.now())
    const signatureNow = cache.viewSignature()
    if (signatureNow !== seen) {
      seen = signatureNow
      view = cache.readView() ?? view
      if (view !== undefined && isFresh(view.validatedAtMs, clock, config.restTimeSeconds)) {
        if (flight.kind === 'ours') flight.release()
        return view
      }
    }
    if (flight.kind === 'ours') return { view, release: flight.release }
    if (clock.now() >= patienceEndsMs) return { view, release: () => {} }
    yield { waitMs: waitMs * (0.5 + Math.random()) }
  }
}
