/** What one Locker remembers between its calls: ciphertext, for as long as it is current. */
import type { WireSecret } from '../wire/types.ts'
import type { Opener } from './open-records.ts'
import type { Project } from './project.ts'
import type { Answer, AnswerTo, ReadQuestion } from './question.ts'
import type { Secret } from './secret.ts'

/** Answers remembered, by question. A small project is remembered as a whole instead. */
export const MAX_ANSWERS = 1000

/** An answer and when it was asked for, in Unix milliseconds. */
export interface Remembered<One> {
  readonly answer: One
  readonly askedAtMs: number
}

/** Nothing in it is plaintext but secrets that were given out already. */
export class Memory {
  /** What was opened of what is kept and remembered: as long as that is. */
  readonly opened = new WeakMap<WireSecret, Secret>()
  #project: Project | undefined
  #opener: Opener | undefined
  readonly #answers = new Map<string, Remembered<Answer>>()
  #changedAtMs = Number.NEGATIVE_INFINITY
  #failedAtMs = Number.NEGATIVE_INFINITY
  #isDiskTaken = false

  get project(): Project | undefined {
    return this.#project
  }

  /** Of the project kept, or of the profile that was read last. */
  get opener(): Opener | undefined {
    return this.#project?.opener ?? this.#opener
  }

  /** Unix milliseconds: what was asked for until then lacks what this Locker has written or seen since. */
  get changedAtMs(): number {
    return this.#changedAtMs
  }

  /** Unix milliseconds: when the service could not be reached, last. */
  get failedAtMs(): number {
    return this.#failedAtMs
  }

  keepOpener(opener: Opener): void {
    this.#opener = opener
  }

  /** Reads that overlap may end in any order: the one that was asked for last stays. */
  keepProject(project: Project): void {
    const kept = this.#project
    if (kept === undefined || kept.validatedAtMs <= project.validatedAtMs) this.#project = project
  }

  /** Leaves be what another read has kept meanwhile. */
  dropProject(project: Project | undefined): void {
    if (this.#project === project) this.#project = undefined
  }

  /** @returns true once: what is on disk is never newer than what this Locker has read since */
  takeDisk(): boolean {
    const isFirst = !this.#isDiskTaken
    this.#isDiskTaken = true
    return isFirst
  }

  keepAnswer<One extends ReadQuestion>(question: One, answer: AnswerTo<One>, askedAtMs: number): void {
    const key = JSON.stringify(question)
    const kept = this.#answers.get(key)
    if (kept !== undefined && kept.askedAtMs > askedAtMs) return
    this.#answers.delete(key)
    this.#answers.set(key, { answer, askedAtMs })
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest)
  }

  findAnswer<One extends ReadQuestion>(question: One): Remembered<AnswerTo<One>> | undefined {
    // Kept under its own question's text, so of its own question's type.
    return this.#answers.get(JSON.stringify(question)) as Remembered<AnswerTo<One>> | undefined
  }

  /** @param nowMs after the service has answered, or failed to */
  noteChange(nowMs: number): void {
    this.#changedAtMs = nowMs
  }

  noteOutage(nowMs: number): void {
    this.#failedAtMs = nowMs
  }

  /** The access key was refused, or what is kept doesn't open: everything is read anew. */
  forget(): void {
    this.#project = undefined
    this.#opener = undefined
    this.#answers.clear()
  }
}
