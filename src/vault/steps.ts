/** The steps that loads are made of: what takes time is yielded, for `perform.ts` to block on or await. */
import type { Config } from '../config/config.ts'
import type { AccessKey } from '../config/credentials.ts'
import { settingNames } from '../config/origin.ts'
import type { Logger } from '../logger.ts'
import type { Fetched, FetchRequest } from './fetch.ts'
import type { Clock } from './freshness.ts'
import { type OpenedSecrets, openSecrets } from './open.ts'
import type { Known } from './revalidate.ts'
import type { Snapshot } from './snapshot.ts'

/** Something that takes time. A fetch is answered with {@link Fetched}, a wait with nothing. */
export type Effect = { readonly fetch: FetchRequest } | { readonly waitMs: number }

/** A load under way, or a part of one: yields effects, takes their results, returns what it is for. */
export type Load<Result = OpenedSecrets> = Generator<Effect, Result, Fetched | undefined>

/** What a load works with. */
export interface LoadContext {
  readonly config: Config
  readonly accessKey: AccessKey
  readonly logger: Logger
  readonly clock: Clock
  readonly later: Later
}

/** Does what a start need not wait for, in the order in which it comes: at once, or when its command is under way. */
export type Later = (work: () => void) => void

/** The time that a load has. */
export interface Budget {
  readonly timeoutMs: number
  /** Unix milliseconds when it began to run. */
  readonly startedAtMs: number
  /** What set it, for the error; left out: the setting. */
  readonly limit?: string
}

/** @returns the whole timeout, running from now */
export function startBudget({ config, clock }: LoadContext): Budget {
  return { timeoutMs: config.connection.timeoutMs, startedAtMs: clock.now() }
}

/**
 * @param known what the caller has; left out: nothing, and a whole snapshot is the answer
 */
export function* fetchFrom(context: LoadContext, budget: Budget, known?: Known): Load<Fetched> {
  const { config, accessKey, clock } = context
  const { timeoutMs, startedAtMs, limit } = budget
  const settings = settingNames(config)
  const fetched = yield {
    fetch: {
      accessKeyId: accessKey.id,
      connection: { ...config.connection, timeoutMs },
      spentMs: Math.max(0, clock.now() - startedAtMs),
      environment: config.environment,
      settings: { ...settings, timeoutMs: limit ?? settings.timeoutMs },
      // Field by field: a caller's view holds plaintext, which stays on this thread.
      known: known && { revisionDate: known.revisionDate, deletedItemDate: known.deletedItemDate },
    },
  }
  if (fetched === undefined) throw new TypeError('a fetch was answered with nothing')
  return fetched
}

/** @returns the whole project, whatever anybody has already */
export function* fetchSnapshot(context: LoadContext, budget: Budget): Load<Snapshot> {
  const fetched = yield* fetchFrom(context, budget)
  if (fetched.kind !== 'snapshot') throw new TypeError('a fetch of everything gave less')
  return fetched.snapshot
}

/** @returns the secrets of the configuration's environment */
export function open(snapshot: Snapshot, { config, accessKey, logger }: LoadContext): OpenedSecrets {
  return openSecrets(snapshot, accessKey.secretBytes, config.environment, logger)
}
