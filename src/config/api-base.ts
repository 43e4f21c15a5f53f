/** The service's base URL. product: section 1, `LOCKER_API_BASE` */
import { Problem } from './kind.ts'

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/

/**
 * @param text an absolute URL
 * @returns it in its normal form, without trailing slashes; undefined or the problem where it is not to be used
 */
export function parseApiBase(text: string): string | Problem | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return undefined
  // The normal form has no trace of an empty query or fragment, so the text itself is asked.
  if (/[?#]/.test(text)) return new Problem('must not have a query or a fragment')
  if (url.username !== '' || url.password !== '') return new Problem('must not have a user name or password')
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (!isAllowed) return undefined
  const path = url.pathname.replace(/\/+$/, '')
  return /\/v1$/.test(path) ? new Problem('must not end in /v1, which is added by itself') : url.origin + path
}
