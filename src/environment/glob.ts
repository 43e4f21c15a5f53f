/** Globs over secret keys: `*` is any text, `?` any one character, everything else itself. */

/**
 * Compares code points, and returns to the last `*` only: at most (length of pattern) × (length of text) steps.
 *
 * @param pattern must match the whole text, case included
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [wanted, given] = [[...pattern], [...text]]
  let [at, star, starText] = [0, -1, 0]
  for (let index = 0; index < given.length; ) {
    if (wanted[at] === '*') {
      star = at++
      starText = index
    } else if (wanted[at] === '?' || wanted[at] === given[index]) {
      at++
      index++
    } else if (star >= 0) {
      at = star + 1
      index = ++starText
    } else return false
  }
  return wanted.slice(at).every((character) => character === '*')
}
