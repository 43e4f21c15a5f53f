/** A load with a cache: fresh, revalidated, fetched by us or by another process, or standing in for the service. */
import type { Cache } from './cache.ts'
import { knowsEnvironment } from './environment-check.ts'
import type { Fetched } from './fetch.ts'
import { describeAge, isFresh, mayStandIn } from './freshness.ts'
import type { OpenedSecrets } from './open.ts'
import { explainOutage, isOutage, isRefusal } from './outage.ts'
import { type Delta, mergeDelta } from './revalidate.ts'
import type { Snapshot } from './snapshot.ts'
import {
  type Budget,
  fetchFrom,
  fetchSnapshot,
  type Load,
  type LoadContext,
  open,
  startBudget,
} from './steps.ts'
import { awaitTurn } from './turn.ts'
import type { View } from './view.ts'

/** With something at hand that may stand in, the network gets no longer than this. product: section 1, timeoutMs */
export const STAND_IN_TIMEOUT_MS = 2000
/** What that is called in an error. */
export const STAND_IN_LIMIT = 'the limit where a cache can stand in'
/** What takes 10 ms to write, with values of a kilobyte. */
const MAX_LATER_SECRETS = 500
/** How much of the time may go into waiting for another process. */
const WAITING_SHARE = 0.9
/** Default of `maxStale` for a cache. */
export const MAX_STALE_SECONDS = 86_400

/**
 * @throws as `load`
 */
export function* loadCached(cache: Cache, context: LoadContext): Load {
  const { config, clock, logger } = context
  const whole = startBudget(context)
  if (config.fetch) return store(yield* fetchSnapshot(context, whole), cache, context)
  const signature = cache.viewSignature()
  const cached = cache.readView()
  const view = cached ?? viewOfProject(cache, context)
  if (view !== undefined && isFresh(view.validatedAtMs, clock, config.restTimeSeconds)) {
    logger.debug`used the cache, validated ${Math.round((clock.now() - view.validatedAtMs) / 1000)} s ago`
    const { validatedAtMs, secrets } = view
    const { viewFile: file } = cache
    // Of a project's snapshot, the view's signature would say nothing.
    const isViews = cached !== undefined && signature !== undefined
    return isViews ? { ...secrets, freshView: { file, signature, validatedAtMs } } : secrets
  }
  const standIn = findStandIn(view, context)
  const budget = standIn === undefined ? whole : limitBudget(whole)
  try {
    return yield* refreshInTurn(view, cache, context, budget, signature)
  } catch (error) {
    if (isRefusal(error)) cache.clear()
    if (standIn === undefined || !isOutage(error)) {
      throw explainOutage(error, whyNot(view, cache, clock.now()))
    }
    const age = describeAge(clock.now() - standIn.validatedAtMs)
    logger.warn(`started with the cache, ${age} old, because the service can't be reached: ${error.message}`)
    return standIn.secrets
  }
}

function findStandIn(view: View | undefined, { config, clock }: LoadContext): View | undefined {
  const maxStaleSeconds = config.maxStaleSeconds ?? MAX_STALE_SECONDS
  return view && mayStandIn(view.validatedAtMs, clock.now(), maxStaleSeconds) ? view : undefined
}

function limitBudget({ timeoutMs, startedAtMs }: Budget): Budget {
  if (timeoutMs <= STAND_IN_TIMEOUT_MS) return { timeoutMs, startedAtMs }
  return { timeoutMs: STAND_IN_TIMEOUT_MS, startedAtMs, limit: STAND_IN_LIMIT }
}

/** One process asks, and the others wait for it; whoever waits in vain asks with the time that is left. */
function* refreshInTurn(
  view: View | undefined,
  cache: Cache,
  context: LoadContext,
  budget: Budget,
  signature: string | undefined,
): Load {
  const turn = yield* awaitTurn(cache, context, signature, budget.timeoutMs * WAITING_SHARE)
  if ('secrets' in turn) return turn.secrets
  try {
    if (!turn.isOurs) context.logger.debug`waited in vain for the process that is fetching`
    const known = turn.view ?? view
    const askedAtMs = context.clock.now()
    const fetched = yield* fetchFrom(context, budget, known)
    const secrets = yield* settle(fetched, known, cache, context, { askedAtMs, budget })
    // Whoever waits is to find what was fetched.
    context.later(turn.release)
    return secrets
  } catch (error) {
    turn.release()
    throw error
  }
}

/** From the service's answer to the secrets, with the cache brought up to date on the way. */
function* settle(
  fetched: Fetched,
  view: View | undefined,
  cache: Cache,
  context: LoadContext,
  { askedAtMs, budget }: { askedAtMs: number; budget: Budget },
): Load {
  if (fetched.kind === 'snapshot') return store(fetched.snapshot, cache, context)
  if (view === undefined) throw new TypeError('the service answered about a view that nobody has')
  switch (fetched.kind) {
    case 'unchanged':
      context.logger.debug`used the cache: nothing has changed since`
      putOff(context, countOf(view.secrets), () => {
        cache.writeView({ ...view, deletedItemDate: fetched.deletedItemDate, validatedAtMs: askedAtMs })
      })
      return view.secrets
    case 'older':
      context.logger.warn(
        'the service is at an older revision than the cache, which was kept: if a backup was restored, ' +
          'set LOCKER_FETCH=true once',
      )
      return view.secrets
    case 'delta': {
      const merged = applyDelta(cache.readSnapshot(), view, fetched.delta, askedAtMs)
      if (merged !== undefined) {
        context.logger.debug`brought the cache up to date: changed secrets ${fetched.delta.secrets.length}`
        return store(merged, cache, context)
      }
      context.logger.debug`fetching everything: what has changed does not fit the cache`
      return store(yield* fetchSnapshot(context, budget), cache, context)
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
    putOff(context, snapshot.secrets.length, () => cache.writeBoth(snapshot, toView(snapshot, secrets)))
    return secrets
  } catch (error) {
    cache.clear()
    throw error
  }
}

/** A command that runs isn't kept waiting either: for its signals, or for what it says, where that is masked. */
function putOff({ later }: LoadContext, secrets: number, write: () => void): void {
  if (secrets > MAX_LATER_SECRETS) write()
  else later(write)
}

function countOf({ all, environment }: OpenedSecrets): number {
  return all.size + environment.size
}

/** If another environment was started before: a view made from the project. */
function viewOfProject(cache: Cache, context: LoadContext): View | undefined {
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
