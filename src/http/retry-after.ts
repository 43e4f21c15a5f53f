/** The `Retry-After` header. RFC 9110 section 10.2.3 */

/**
 * @param header seconds, or an HTTP date
 * @param nowMs Unix time in milliseconds, to count a date from
 * @returns seconds to wait, 0 and up; undefined when there is none or it is neither
 */
export function parseRetryAfter(header: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text)
  // The oldest of the three forms names no zone; all of them mean GMT.
  const dateMs = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text.replace(/( GMT)?$/, ' GMT')) : Number.NaN
  return Number.isNaN(dateMs) ? undefined : Math.max(0, (dateMs - nowMs) / 1000)
}
