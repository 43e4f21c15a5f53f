/**
 * Finds many byte strings in a stream at once. However many there are, the time is linear in the stream; and where
 * nothing begins, most bytes aren't even looked at.
 */
import { buildTrie, ROOT, type Trie } from './mask-trie.ts'

/** Where a search of one stream stands; {@link START} before its first byte. */
export type SearchState = number

/** Nothing has come yet. */
export const START: SearchState = ROOT

/** Three bytes are hashed to so many bits. */
const HASH_BITS = 18
const MAX_SHIFT = 255

/** What is looked for, prepared; of any number of streams. */
export class Search {
  readonly #trie: Trie
  /** The patterns' first bytes, as many as the shortest one has. */
  readonly #windowBytes: number
  /** How far a window may move on, by the hash of its last three bytes; 0: a pattern may begin with it. */
  readonly #shifts = new Uint8Array(1 << HASH_BITS)

  /** @param patterns none shorter than three bytes */
  constructor(patterns: readonly Uint8Array[]) {
    this.#trie = buildTrie(patterns)
    this.#windowBytes = patterns.reduce((least, { length }) => Math.min(least, length), MAX_SHIFT)
    this.#shifts.fill(this.#windowBytes - 2)
    for (const pattern of patterns) this.#limitShifts(pattern)
  }

  /**
   * @param chunk what comes next in the stream
   * @param from where the search stood before it
   * @param onMatch is told of each place where patterns end, in order: how many bytes of the chunk come
   *   before it, and the length of the longest pattern that ends there, which may have begun earlier
   * @returns where it stands behind the chunk
   */
  scan(chunk: Uint8Array, from: SearchState, onMatch: (end: number, length: number) => void): SearchState {
    // All in local variables and one loop: this runs for each byte that wasn't skipped.
    const { rootChild, firstChild, nextSibling, label, fallback, matched } = this.#trie
    let state = from
    let index = 0
    while (index < chunk.length) {
      if (state === ROOT) index = this.#skip(chunk, index)
      const byte = chunk[index] ?? 0
      let child = (state === ROOT ? rootChild[byte] : firstChild[state]) ?? 0
      while (child !== 0 && label[child] !== byte) child = nextSibling[child] ?? 0
      if (child !== 0) {
        state = child
        index++
        const length = matched[child] ?? 0
        if (length > 0) onMatch(index, length)
      } else if (state === ROOT) index++
      else {
        do state = fallback[state] ?? ROOT
        while (state !== ROOT && this.#isRuledOut(chunk, index, state))
      }
    }
    return state
  }

  /** @returns how many of the last bytes may yet turn out to begin a pattern, or are all of one */
  countPending(state: SearchState): number {
    return this.#trie.depth[state] ?? 0
  }

  /** As Wu and Manber have it: the nearer to a pattern's beginning three bytes stand, the less is skipped. */
  #limitShifts(pattern: Uint8Array): void {
    for (let end = 2; end < this.#windowBytes; end++) {
      const hash = hashBefore(pattern, end)
      const shift = this.#windowBytes - 1 - end
      this.#shifts[hash] = Math.min(this.#shifts[hash] ?? 0, shift)
    }
  }

  /** @returns the next place where a pattern may begin, or one so near to the end that it can't be told */
  #skip(chunk: Uint8Array, from: number): number {
    const lastInWindow = this.#windowBytes - 1
    let end = from + lastInWindow
    while (end < chunk.length) {
      const shift = this.#shifts[hashBefore(chunk, end)] ?? 0
      if (shift === 0) break
      end += shift
    }
    return end - lastInWindow
  }

  /** @returns whether the state, reached at an index, is certain not to become a match */
  #isRuledOut(chunk: Uint8Array, index: number, state: number): boolean {
    const start = index - (this.#trie.depth[state] ?? 0)
    const end = start + this.#windowBytes - 1
    return end >= 2 && end < chunk.length && this.#shifts[hashBefore(chunk, end)] !== 0
  }
}

function hashBefore(bytes: Uint8Array, end: number): number {
  return ((bytes[end - 2] ?? 0) << 10) ^ ((bytes[end - 1] ?? 0) << 5) ^ (bytes[end] ?? 0)
}
