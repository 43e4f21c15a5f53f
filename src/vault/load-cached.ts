/** A load with a cache: fresh, revalidated, fetched by us or by another process, or standing in for the service. */
import type { Cache } from './cache.ts'
import { knowsEnvironment } from './environment-check.ts'
import type { Fetched } from './fetch.ts'
import { describeAge, isFresh, mayStandIn } from './freshness.ts'
import type { OpenedSecrets } from './open.ts'
import { explainOutage, isOutage, isRefusal } from './outage.ts'
import { type Delta, mergeDelta } from './revalidate.ts'
import type { Snapshot } from './snapshot.ts'
import { fetchFrom, fetchSnapshot, type Load, type LoadContext, open } from './steps.ts'
import { awaitTurn } from './turn.ts'
import type { View } from './view.ts'

/** With something at hand that may stand in, the network gets no longer than this. product: section 1, timeoutMs */
export const STAND_IN_TIMEOUT_MS = 2000
/** Default of `maxStale` for a cache. */
export const MAX_STALE_SECONDS = 86_400

/**
 * @throws as `load`
 */
export function* loadCached(cache: Cache, context: LoadContext): Load {
  const { config, clock } = context
  const deadlineMs = clock.now() + config.connection.timeoutMs
  if (config.fetch) {
    return store(yield* fetchSnapshot(context, config.connection.timeoutMs), cache, context)
  }
  const signature = cache.viewSignature()
  const view = readView(cache, context)
  if (view !== undefined && isFresh(view.validatedAtMs, clock, config.restTimeSeconds)) return view.secrets
  const turn = yield* awaitTurn(cache, context, signature)
  if ('secrets' in turn) return turn.secrets
  try {
    return yield* refresh(turn.view ?? view, cache, context, deadlineMs - clock.now())
  } finally {
    turn.release()
  }
}

/** Asks the service, with whatever we have as what is known and, during an outage, as what stands in. */
function* refresh(view: View | undefined, cache: Cache, context: LoadContext, remainingMs: number): Load {
  const { config, clock, logger } = context
  const maxStaleSeconds = config.maxStaleSeconds ?? MAX_STALE_SECONDS
  const standIn = view && mayStandIn(view.validatedAtMs, clock.now(), maxStaleSeconds) ? view : undefined
  const timeoutMs = standIn ? Math.min(remainingMs, STAND_IN_TIMEOUT_MS) : remainingMs
  const askedAtMs = clock.now()
  try {
    const fetched = yield* fetchFrom(context, timeoutMs, view)
    return yield* settle(fetched, view, cache, context, { askedAtMs, remainingMs })
  } catch (error) {
    if (isRefusal(error)) cache.clear()
    if (standIn === undefined || !isOutage(error))
      throw explainOutage(error, whyNot(view, cache, clock.now()))
    const age = describeAge(clock.now() - standIn.validatedAtMs)
    logger.warn(`started with the cache, ${age} old, because the service can't be reached: ${error.message}`)
    return standIn.secrets
  }
}

/** From the service's answer to the secrets, with the cache brought up to date on the way. */
function* settle(
  fetched: Fetched,
  view: View | undefined,
  cache: Cache,
  context: LoadContext,
  { askedAtMs, remainingMs }: { askedAtMs: number; remainingMs: number },
): Load {
  if (fetched.kind === 'snapshot') return store(fetched.snapshot, cache, context)
  if (view === undefined) throw new TypeError('the service answered about a view that nobody has')
  switch (fetched.kind) {
    case 'unchanged':
      cache.writeView({ ...view, deletedItemDate: fetched.deletedItemDate, validatedAtMs: askedAtMs })
      return view.secrets
    case 'older':
      context.logger.warn(
        'the service is at an older revision than the cache, which was kept: if a backup was restored, ' +
          'set LOCKER_FETCH=true once',
      )
      return view.secrets
    case 'delta': {
      const merged = applyDelta(cache.readSnapshot(), view, fetched.delta, askedAtMs)
      if (merged !== undefined) return store(merged, cache, context)
      return store(yield* fetchSnapshot(context, remainingMs), cache, context)
    }
  }
}

/** @returns undefined unless the cached project lies between what was known and what the delta brings */
function applyDelta(
  snapshot: Snapshot | undefined,
  { revisionDate }: View,
  delta: Delta,
  askedAtMs: number,
): Snapshot | undefined {
  if (snapshot === undefined) return undefined
  if (snapshot.revisionDate < revisionDate || snapshot.revisionDate > delta.revisionDate) return undefined
  const secrets = mergeDelta(snapshot.secrets, delta)
  const { deletedItemDate } = delta
  return (
    secrets && {
      ...snapshot,
      secrets,
      deletedItemDate,
      revisionDate: delta.revisionDate,
      fetchedAtMs: askedAtMs,
    }
  )
}

/** Opens first: what doesn't open isn't kept, nor what it was made from. */
function store(snapshot: Snapshot, cache: Cache, context: LoadContext): OpenedSecrets {
  try {
    const secrets = open(snapshot, context)
    cache.writeSnapshot(snapshot)
    cache.writeView(toView(snapshot, secrets))
    return secrets
  } catch (error) {
    cache.clear()
    throw error
  }
}

/** The environment's view; else, if another environment was started before, one made from the project. */
function readView(cache: Cache, context: LoadContext): View | undefined {
  const view = cache.readView()
  if (view !== undefined) return view
  const snapshot = cache.readSnapshot()
  if (snapshot === undefined || !knowsEnvironment(snapshot, context.config.environment)) return undefined
  return toView(snapshot, open(snapshot, context))
}

function toView(snapshot: Snapshot, secrets: OpenedSecrets): View {
  const { revisionDate, deletedItemDate, fetchedAtMs } = snapshot
  return { revisionDate, deletedItemDate, validatedAtMs: fetchedAtMs, secrets }
}

function whyNot(view: View | undefined, cache: Cache, nowMs: number): string | undefined {
  if (view === undefined) return cache.unusable()
  const ageMs = nowMs - view.validatedAtMs
  return ageMs < 0
    ? 'it is from the future: check the clock'
    : `it is ${describeAge(ageMs)} old (LOCKER_MAX_STALE)`
}
