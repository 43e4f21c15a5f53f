/** One call of the SDK: what it works with, and what of the memory it may use. */
import type { Config } from '../config/config.ts'
import type { AccessKey } from '../config/credentials.ts'
import { openProjectKeys } from '../crypto/cipher.ts'
import { stretchAccessKey } from '../crypto/keys.ts'
import { LockerError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { WireProfile } from '../wire/types.ts'
import type { Cache } from './cache.ts'
import { isFresh } from './freshness.ts'
import type { Memory } from './memory.ts'
import type { Opener } from './open-records.ts'
import { isRefusal } from './outage.ts'
import {
  type AnswersTo,
  type Asking,
  ask,
  type Question,
  type ReadQuestion,
  type TimeLimit,
} from './question.ts'

/** What all calls of one Locker share. */
export interface Session {
  readonly config: Config
  readonly accessKey: AccessKey
  readonly logger: Logger
  readonly memory: Memory
  /** Unix milliseconds, now. */
  now(): number
  /** The cache on disk; undefined: there is none. */
  cache(): Cache | undefined
  /** Says a line on stderr that wasn't said yet. */
  warnOnce(line: string): void
}

/** One call. */
export interface Call extends Session {
  /** True: nothing that is remembered or cached will do. */
  readonly fetch: boolean
  /** For so long what is remembered or cached will do. */
  readonly restTimeSeconds: number
  /** As it is now. */
  time(): TimeLimit
}

/**
 * @param askedAtMs Unix milliseconds, when something was asked for
 * @returns whether it will still do for this call
 */
export function isCurrent({ fetch, restTimeSeconds, memory, now }: Call, askedAtMs: number): boolean {
  const clock = { now, startedAtMs: Number.POSITIVE_INFINITY }
  return !fetch && askedAtMs > memory.changedAtMs && isFresh(askedAtMs, clock, restTimeSeconds)
}

/**
 * Asks the service.
 *
 * @throws LockerError when a sealed snapshot stands for the service
 */
export function* askService<const Questions extends readonly Question[]>(
  call: Call,
  questions: Questions,
): Asking<AnswersTo<Questions>> {
  if (call.config.snapshotFile !== undefined) {
    throw new LockerError(
      'a sealed snapshot is used instead of the service, and it holds secrets only, to be read: unset LOCKER_SNAPSHOT for this',
    )
  }
  return yield* ask(questions, call.time())
}

/** Asks the service what isn't remembered, and remembers that. */
export function* recall<const Questions extends readonly ReadQuestion[]>(
  call: Call,
  questions: Questions,
): Asking<AnswersTo<Questions>> {
  const { memory } = call
  const remembered = questions.map((question) => {
    const found = memory.findAnswer(question)
    return found !== undefined && isCurrent(call, found.askedAtMs) ? found : undefined
  })
  const missing = questions.filter((_, index) => remembered[index] === undefined)
  const askedAtMs = call.now()
  const asked = missing.length === 0 ? [] : yield* askService(call, missing)
  missing.forEach((question, index) => {
    const answer = asked[index]
    if (answer !== undefined) memory.keepAnswer(question, answer, askedAtMs)
  })
  const fresh = asked.values()
  const answers = remembered.map((found) => found?.answer ?? fresh.next().value)
  // One answer for each question, in order.
  return answers as unknown as AnswersTo<Questions>
}

/** @returns what the project's records are opened with: from memory, since a project's keys stay */
export function* requireOpener(call: Call): Asking<Opener> {
  const known = call.memory.opener
  if (known !== undefined) return known
  const [profile] = yield* askService(call, [{ ask: 'profile' }])
  return keepProfile(call, profile)
}

/** @throws CliRunError when the secret access key doesn't open the project */
export function keepProfile(call: Call, { project_id, key }: WireProfile): Opener {
  const opener = createOpener(call, project_id, key)
  call.memory.keepOpener(opener)
  return opener
}

/** @throws CliRunError when the secret access key doesn't open the project */
export function createOpener({ accessKey }: Session, projectId: number, profileKey: string): Opener {
  const keys = openProjectKeys(stretchAccessKey(accessKey.secretBytes), profileKey)
  return { projectId, profileKey, keys }
}

/**
 * For reads: a refused key ends all that is kept. A refused write says nothing about reading.
 */
export function* guardRead<Result>(call: Call, asking: Asking<Result>): Asking<Result> {
  try {
    return yield* asking
  } catch (error) {
    if (isRefusal(error)) forget(call)
    throw error
  }
}

/** @param work opens records; what can't be opened isn't kept, nor what it came with */
export function open<Result>(call: Call, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    forget(call)
    throw error
  }
}

function forget(call: Session): void {
  call.memory.forget()
  call.cache()?.clear()
}
