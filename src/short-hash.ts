/**
 * cyrb53: 53 bits, enough to tell what we have ourselves apart, which is all that is asked of it, and no `node:crypto`. Of the
 * key id's 122 random bits it leaves 69 unknown.
 *
 * @param facts any JSON
 * @returns up to 11 digits and small letters
 */
export function shortHash(facts: unknown): string {
  const text = JSON.stringify(facts)
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
