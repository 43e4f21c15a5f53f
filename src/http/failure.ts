/** A status, a body or a network error to the error of the product page's table. product: section 4, Errors */
import type { SettingNames } from '../config/origin.ts'
import {
  AlreadyExistsError,
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  type ErrorDetails,
  LockerError,
  PermissionDeniedError,
  RateLimitError,
  ResourceNotFoundError,
} from '../errors.ts'
import { decodeError } from '../wire/decode.ts'
import type { Endpoint } from './endpoints.ts'
import { parseRetryAfter } from './retry-after.ts'
import type { Answer } from './transport.ts'

/** What the errors of one client need to know about it. */
export interface FailureContext {
  readonly apiBase: string
  readonly settings: SettingNames
  /** Texts that no error may hold: the access key id, the values of the user's headers. */
  readonly credentials: readonly string[]
}

const DUPLICATE = /already exist(s|ed)/i

/**
 * @param answer an answer whose status isn't the one its endpoint promises
 * @returns the error for it. A 401 or 403 without the service's own JSON is some proxy's, and no verdict on the key.
 */
export function failureOfAnswer(answer: Answer, endpoint: Endpoint, context: FailureContext): LockerError {
  const { status } = answer
  const text = answer.body.toString('utf8')
  const details = detailsOf(answer, text, context)
  const what = `${endpoint.method} ${pathOf(endpoint)} answered ${status}`
  if (status === 429) return new RateLimitError(`${what}: too many requests. Try again later`, details)
  if (status === 503) {
    return new APIConnectionError(`${what}: the service is unavailable. Try again later`, {
      ...details,
      retryable: true,
    })
  }
  if (status >= 500) {
    const retryable = status === 502 || status === 504
    return new APIServerError(`${what}: the service failed. Try again later`, { ...details, retryable })
  }
  if (status >= 300 && status < 400) {
    return new APIConnectionError(
      `${what}: redirects are not followed. Set the final address as ${context.settings.apiBase}`,
      details,
    )
  }
  const words = status >= 400 ? decodeError(parseJson(text)) : undefined
  if (words !== undefined) return failureOfOwnWords(words.message, what, details, context)
  return new APIConnectionError(
    `${what}, but not in the service's own words: check ${context.settings.apiBase}, and any proxy in between`,
    details,
  )
}

/** @returns the error for a success whose body isn't JSON */
export function failureOfBody(answer: Answer, endpoint: Endpoint, context: FailureContext): LockerError {
  return new APIConnectionError(
    `${endpoint.method} ${pathOf(endpoint)} answered ${answer.status}, but not with JSON: check ${context.settings.apiBase}, and any proxy in between`,
    detailsOf(answer, answer.body.toString('utf8'), context),
  )
}

/** @returns the error for a deadline that passed; `last` is the failure before it, if any try had one */
export function failureOfDeadline(
  timeoutMs: number,
  context: FailureContext,
  last?: LockerError,
): LockerError {
  const seen = last === undefined ? '' : `; before that: ${last.message}`
  return new APIConnectionError(
    `no complete answer from ${context.apiBase} within ${timeoutMs} ms (${context.settings.timeoutMs})${seen}`,
    { cause: 'ETIMEDOUT', retryable: true },
  )
}

/** @returns the path without its query, which says nothing to a reader */
export function pathOf({ path }: Endpoint): string {
  return path.replace(/\?.*/s, '')
}

function failureOfOwnWords(
  message: string,
  what: string,
  details: ErrorDetails,
  { settings }: FailureContext,
): LockerError {
  if (DUPLICATE.test(message)) return new AlreadyExistsError(`${what}: it exists already`, details)
  switch (details.statusCode) {
    case 401:
      return new AuthenticationError(
        `${what}: the access key id is unknown, deactivated or expired. Check ${settings.accessKeyId}`,
        details,
      )
    case 403:
      return new PermissionDeniedError(
        `${what}: this access key may not do that, or not from this address. Check its permission and IP restrictions (${settings.accessKeyId})`,
        details,
      )
    case 404:
      return new ResourceNotFoundError(
        `${what}: no such record. Check ${settings.apiBase} if this was not expected`,
        details,
      )
    default:
      return new LockerError(`${what}: the service refused the request`, details)
  }
}

function detailsOf({ status, headers }: Answer, text: string, { credentials }: FailureContext): ErrorDetails {
  return {
    statusCode: status,
    httpBody: redact(text, credentials),
    requestId: requestIdOf(headers, credentials),
    retryAfterSeconds: parseRetryAfter(headers['retry-after'], Date.now()),
  }
}

/** It is shown, so an edge that makes it out of what we sent gets no say. */
function requestIdOf(headers: Answer['headers'], credentials: readonly string[]): string | undefined {
  const id = headers['x-request-id'] ?? headers['cf-ray']
  if (typeof id !== 'string' || !/^[\w.:-]{1,128}$/.test(id)) return undefined
  return credentials.some((credential) => id.includes(credential)) ? undefined : id
}

function redact(text: string, credentials: readonly string[]): string {
  return credentials.reduce(
    (kept, credential) => kept.replaceAll(credential, '[hidden]'),
    text.slice(0, 65_536),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
