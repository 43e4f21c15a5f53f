/** What of a secret must not show in the output. product: section 3, `--mask` */

/** Anything shorter would replace half of what a program says. */
const MIN_CHARS = 8

/**
 * @param values of secrets; undefined: it is no text
 * @returns the bytes to look for: every value, and every line of it without the blanks around it, since programs print a
 *   certificate or a JSON document with an indentation of their own, with other line ends, or as `\n`. What is
 *   shorter than eight characters is left out.
 */
export function toPatterns(values: Iterable<string | undefined>): Buffer[] {
  const texts = new Set<string>()
  for (const value of values) {
    if (value === undefined) continue
    texts.add(value)
    for (const line of value.split(/[\r\n]/)) texts.add(line.trim())
  }
  return [...texts].filter((text) => countChars(text) >= MIN_CHARS).map((text) => Buffer.from(text))
}

function countChars(text: string): number {
  return [...text.slice(0, 2 * MIN_CHARS)].length
}
