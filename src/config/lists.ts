/** Lists in settings, and the names that some of them hold. */

/** @returns the items of `A, B`; empty ones don't count */
export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** @returns what is a list of texts; undefined for anything else, an empty item included */
export function decodeList(value: unknown): readonly string[] | undefined {
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
  return isList ? (value as readonly string[]) : undefined
}

/** @returns the names; undefined when one of them is no variable's */
export function checkNames(names: readonly string[] | undefined): readonly string[] | undefined {
  return names?.every(isVariableName) ? names : undefined
}

/** @returns whether a variable may be called so: `[A-Za-z_][A-Za-z0-9_]*` */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
}
