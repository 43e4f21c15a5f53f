/** What was probably meant: the known name that is one or two letters off. */

const MAX_DISTANCE = 2

/**
 * @param text a name that is not known
 * @param known the names that are
 * @returns the nearest of them at most two letters off (one inserted, deleted, replaced, or two neighbours
 *   swapped, count as one each); undefined: none is so near
 */
export function findNearest(text: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = MAX_DISTANCE + 1
  for (const candidate of known) {
    // Cheap, and keeps the work for a long text at nothing.
    if (Math.abs(candidate.length - text.length) > MAX_DISTANCE) continue
    const distance = countEdits(text, candidate)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** @returns the end of an error about an unknown name: `; did you mean …?`, or nothing */
export function suggest(text: string, known: Iterable<string>): string {
  const nearest = findNearest(text, known)
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}

/** The optimal string alignment distance, a Damerau-Levenshtein distance that edits no letter twice. */
function countEdits(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1]
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const edits = [
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(beforeLast, column - 2) + 1 : Infinity,
      ]
      current.push(Math.min(...edits))
    }
    ;[beforeLast, last] = [last, current]
  }
  return at(last, right.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
