/** What the programs in `programs/` print. */

/**
 * @param variables as the program sees them; undefined: not set
 * @param place which process or thread says so; left out: the only one
 */
export function linesOf(variables: Readonly<Record<string, string | undefined>>, place?: string): string {
  const before = place === undefined ? '' : `${place} `
  return Object.entries(variables)
    .map(([name, value]) => `${before}${name}=${value}\n`)
    .join('')
}
