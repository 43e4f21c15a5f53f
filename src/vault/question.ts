/** What the SDK asks the service, and how a use case asks it: plain JSON, ciphertext and hashes only. */
import type {
  WireEnvironment,
  WireEnvironmentBody,
  WirePage,
  WireProfile,
  WireSecret,
  WireSecretBody,
} from '../wire/types.ts'
import type { PageRequest } from './page-walk.ts'
import type { Changes, Known } from './revalidate.ts'

/** Something that may be asked as often as one likes. */
export type ReadQuestion =
  | { readonly ask: 'profile' }
  /** Every secret with that hash: at most one for each environment, and one for ALL. */
  | { readonly ask: 'secrets'; readonly hash: string }
  /** Those with that hash, which is one or none; left out: all. */
  | { readonly ask: 'environments'; readonly hash?: string }
  /** Pages of the list of all secrets. */
  | { readonly ask: 'pages'; readonly request: PageRequest }
  | { readonly ask: 'changes'; readonly known: Known }

/** Something that is sent once. */
export type WriteQuestion =
  | { readonly ask: 'createSecret'; readonly body: WireSecretBody }
  | { readonly ask: 'updateSecret'; readonly id: string; readonly body: WireSecretBody }
  | { readonly ask: 'createEnvironment'; readonly body: WireEnvironmentBody }
  | { readonly ask: 'updateEnvironment'; readonly id: string; readonly body: WireEnvironmentBody }

/** Anything that crosses to the network's side. */
export type Question = ReadQuestion | WriteQuestion

/** The answer to each. */
export interface Answers {
  readonly profile: WireProfile
  readonly secrets: readonly WireSecret[]
  readonly environments: readonly WireEnvironment[]
  readonly pages: readonly WirePage<WireSecret>[]
  readonly changes: Changes
  readonly createSecret: WireSecret
  readonly updateSecret: WireSecret
  readonly createEnvironment: WireEnvironment
  readonly updateEnvironment: WireEnvironment
}

/** The answer to any question. */
export type Answer = Answers[Question['ask']]

/** The answer to one kind of question. */
export type AnswerTo<One extends Question> = Answers[One['ask']]

/** The answers to several, in their order. */
export type AnswersTo<Questions extends readonly Question[]> = {
  readonly [Index in keyof Questions]: AnswerTo<Questions[Index]>
}

/** Questions to be asked side by side. */
export interface Ask {
  readonly questions: readonly Question[]
  /** For all of them together, retries included. */
  readonly time: TimeLimit
}

/** The time that a call has. Plain data: it crosses to the worker. */
export interface TimeLimit {
  /** The whole of it, from 1. */
  readonly timeoutMs: number
  /** What of it is gone already: less than the whole. */
  readonly spentMs: number
  /** What set it, for the error; left out: the setting. */
  readonly limit?: string
}

/**
 * A use case under way: yields what it asks, takes the answers in the same order, returns what it is for. Written
 * once, for callers that await and callers that block.
 */
export type Asking<Result> = Generator<Ask, Result, readonly Answer[]>

/**
 * @returns the answers, in the questions' order
 */
export function* ask<const Questions extends readonly Question[]>(
  questions: Questions,
  time: TimeLimit,
): Asking<AnswersTo<Questions>> {
  const answers = yield { questions, time }
  // Whoever performs an ask answers each question by its kind: see client.ts.
  return answers as AnswersTo<Questions>
}
