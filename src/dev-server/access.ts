/** Who may do what. product: section 5, unknown, deactivated or expired key … */
import type { RateLimiter } from './rate-limit.ts'
import { Refusal } from './refusal.ts'
import type { Access, Store } from './store.ts'

/** Where a request came from. */
export interface Caller {
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  readonly remoteAddress: string
}

/**
 * @param nowMs Unix milliseconds
 * @returns the key and its project
 * @throws Refusal `unauthorized` or `permission_denied`
 */
export function authenticate(store: Store, caller: Caller, nowMs: number): Access {
  const accessKeyId = /^Bearer (\S+)$/i.exec(caller.authorization ?? '')?.[1]
  if (accessKeyId === undefined) throw new Refusal('unauthorized', 'An access key id is required')
  const access = store.findAccess(accessKeyId)
  const profile = access?.key.profile
  if (access === undefined || profile === undefined)
    throw new Refusal('unauthorized', 'The access key is unknown')
  if (!profile.activated) throw new Refusal('unauthorized', 'The access key is deactivated')
  if (profile.expiration_date !== null && profile.expiration_date * 1000 <= nowMs) {
    throw new Refusal('unauthorized', 'The access key is expired')
  }
  if (profile.restrict_ip.length > 0 && !profile.restrict_ip.includes(plainAddress(caller.remoteAddress))) {
    throw new Refusal('permission_denied', 'The access key may not be used from this address')
  }
  return access
}

/** @throws Refusal `rate_limit`, with `Retry-After` */
export function requireRate(limiter: RateLimiter | undefined, access: Access, nowMs: number): void {
  const waitSeconds = limiter?.take(access.key.access_key_id, nowMs)
  if (waitSeconds === undefined) return
  throw new Refusal('rate_limit', 'Too many requests', { 'Retry-After': String(waitSeconds) })
}

/** @throws Refusal `permission_denied` */
export function requireWrite(access: Access): void {
  if (!access.key.profile.editable) throw new Refusal('permission_denied', 'The access key is read-only')
}

/** A socket that listens for both families shows IPv4 as `::ffff:127.0.0.1`. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
