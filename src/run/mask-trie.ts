/** Byte strings as one tree, with the links that lead from a dead end to the next place where a match may go on. */

/** The state before the first byte of anything. */
export const ROOT = 0

/**
 * An automaton as Aho and Corasick have it. A state stands for the beginning of some pattern; arrays are indexed by
 * state. It takes some twenty bytes for each byte of the patterns.
 */
export interface Trie {
  /** 0: it has none, since no state leads back to the root. */
  readonly firstChild: Uint32Array
  readonly nextSibling: Uint32Array
  /** The byte that leads to it. */
  readonly label: Uint8Array
  readonly rootChild: Uint32Array
  /** How many bytes it stands for. */
  readonly depth: Uint32Array
  /** The state of the longest proper ending of it that begins a pattern. */
  readonly fallback: Uint32Array
  /** The length of the longest pattern that it ends with; 0: none. */
  readonly matched: Uint32Array
}

/**
 * @param patterns what is looked for; none is empty
 */
export function buildTrie(patterns: readonly Uint8Array[]): Trie {
  const size = 1 + patterns.reduce((sum, { length }) => sum + length, 0)
  const words = () => new Uint32Array(size)
  const trie: Trie = {
    ...{ firstChild: words(), nextSibling: words(), label: new Uint8Array(size) },
    ...{ rootChild: new Uint32Array(256), depth: words(), fallback: words(), matched: words() },
  }
  let count = 1
  for (const pattern of patterns) {
    let state = ROOT
    for (const byte of pattern) state = findChild(trie, state, byte) || addChild(trie, state, byte, count++)
    trie.matched[state] = pattern.length
  }
  linkFallbacks(trie, count)
  return trie
}

/** @returns where a byte leads from a state; 0: nowhere */
function findChild({ rootChild, firstChild, nextSibling, label }: Trie, state: number, byte: number): number {
  if (state === ROOT) return rootChild[byte] ?? 0
  let child = firstChild[state] ?? 0
  while (child !== 0 && label[child] !== byte) child = nextSibling[child] ?? 0
  return child
}

function addChild(trie: Trie, parent: number, byte: number, child: number): number {
  trie.label[child] = byte
  trie.depth[child] = (trie.depth[parent] ?? 0) + 1
  trie.nextSibling[child] = trie.firstChild[parent] ?? 0
  trie.firstChild[parent] = child
  if (parent === ROOT) trie.rootChild[byte] = child
  return child
}

/** Breadth first: what a state falls back to is shorter, and so has its own link already. */
function linkFallbacks(trie: Trie, count: number): void {
  const { firstChild, nextSibling, label, fallback, matched } = trie
  const queue = new Uint32Array(count)
  let queued = 1
  for (let next = 0; next < queued; next++) {
    const state = queue[next] ?? 0
    for (let child = firstChild[state] ?? 0; child !== 0; child = nextSibling[child] ?? 0) {
      queue[queued++] = child
      const link = state === ROOT ? ROOT : followFallbacks(trie, fallback[state] ?? 0, label[child] ?? 0)
      fallback[child] = link
      matched[child] ||= matched[link] ?? 0
    }
  }
}

/** @returns the first state on the way back from which the byte leads on, and there where it leads */
function followFallbacks(trie: Trie, from: number, byte: number): number {
  let state = from
  while (state !== ROOT && findChild(trie, state, byte) === 0) state = trie.fallback[state] ?? 0
  return findChild(trie, state, byte)
}
