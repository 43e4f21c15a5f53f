/** The two dates of a project that clients poll. protocol: section 3 */

/** Every change takes its date from here. */
export class Revision {
  readonly #nowMs: () => number
  #revisionDate: number
  #deletedItemDate: number
  #batchDate: number | undefined
  #changeCount = 0

  /**
   * @param revisionDate when anything last changed, Unix seconds
   * @param deletedItemDate when anything was last deleted; 0: never
   * @param nowMs the clock, Unix milliseconds
   */
  constructor(revisionDate: number, deletedItemDate: number, nowMs: () => number) {
    this.#revisionDate = revisionDate
    this.#deletedItemDate = deletedItemDate
    this.#nowMs = nowMs
  }

  /** Unix seconds with up to six decimals. */
  get revisionDate(): number {
    return this.#revisionDate
  }

  /** The same; 0: never. */
  get deletedItemDate(): number {
    return this.#deletedItemDate
  }

  /** Grows with every change: whether there is something to save. */
  get changeCount(): number {
    return this.#changeCount
  }

  /** @returns the date of a change that is being made now */
  revise(): number {
    this.#revisionDate = this.#batchDate ?? this.#nextDate()
    this.#changeCount += 1
    return this.#revisionDate
  }

  /** The same for a deletion. */
  reviseByDeletion(): void {
    this.#deletedItemDate = this.revise()
  }

  /** Changes inside carry one date, as if they were one. */
  batch(work: () => void): void {
    this.#batchDate = this.#nextDate()
    try {
      work()
    } finally {
      this.#batchDate = undefined
    }
  }

  /**
   * Always later than the last one, or a delta would miss the second of two changes in a millisecond.
   * Whole microseconds survive the official client's `%f`.
   */
  #nextDate(): number {
    const lastMicros = Math.round(this.#revisionDate * 1e6)
    return Math.max(Math.round(this.#nowMs() * 1000), lastMicros + 1) / 1e6
  }
}
