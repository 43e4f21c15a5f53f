/** What a failed fetch means for a cache: an outage that it may bridge, or a refusal that ends it. */
import {
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  fromErrorRecord,
  type LockerError,
  PermissionDeniedError,
  RateLimitError,
  toErrorRecord,
} from '../errors.ts'

/** Connection failures, timeouts, 429, 5xx, answers that aren't the service's. product: section 1, Failing */
export function isOutage(error: unknown): error is LockerError {
  return (
    error instanceof APIConnectionError || error instanceof APIServerError || error instanceof RateLimitError
  )
}

/** 401 or 403 in the service's own words: nothing of this key may be used any more. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AuthenticationError || error instanceof PermissionDeniedError
}

/**
 * @param error what the fetch threw
 * @param reason why no cache stands in; undefined: there is none to speak of
 * @returns the same error; for an outage its message says that as well
 */
export function explainOutage(error: unknown, reason: string | undefined): unknown {
  if (reason === undefined || !isOutage(error)) return error
  const record = toErrorRecord(error)
  return fromErrorRecord({ ...record, message: `${record.message}. The cache can't stand in: ${reason}` })
}
