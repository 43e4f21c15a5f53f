/** A status, a body or a network error to the error of the product page's table. product: section 4, Errors */
import {
  AlreadyExistsError,
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  describeFailure,
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

/** Where each setting that an error may ask to be checked came from, such as `LOCKER_API_BASE in .env`. */
export interface SettingNames {
  readonly apiBase: string
  readonly accessKeyId: string
  readonly timeoutMs: string
  readonly environment: string
}

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
  const { status, headers, body } = answer
  const text = body.toString('utf8')
  const own = decodeError(parseJson(text))
  const what = `${endpoint.method} ${pathOf(endpoint)} answered ${status}`
  const details: ErrorDetails = {
    statusCode: status,
    httpBody: redact(text, context.credentials),
    requestId: requestIdOf(headers),
    retryAfterSeconds: parseRetryAfter(headers['retry-after'], Date.now()),
  }
  const notTheService = () =>
    new APIConnectionError(
      `${what}, but not in the service's own words: check ${context.settings.apiBase}, and any proxy in between`,
      { ...details, retryable: isRetryableStatus(status) },
    )
  if (status === 429) return new RateLimitError(`${what}: too many requests. Try again later`, details)
  if (status >= 500 && status !== 503) {
    return new APIServerError(`${what}: the service failed. Try again later`, {
      ...details,
      retryable: isRetryableStatus(status),
    })
  }
  if (status === 503) {
    return new APIConnectionError(`${what}: the service is unavailable. Try again later`, {
      ...details,
      retryable: true,
    })
  }
  if (status >= 300 && status < 400) {
    return new APIConnectionError(
      `${what}: redirects are not followed. Set the final address as ${context.settings.apiBase}`,
      details,
    )
  }
  if (own === undefined) return notTheService()
  return failureOfOwnWords(own.message, what, details, context) ?? notTheService()
}

/**
 * @param error what the network or TLS threw
 * @returns the error for it; an error of ours is returned as it is
 */
export function failureOfNetwork(error: unknown, endpoint: Endpoint, context: FailureContext): LockerError {
  if (error instanceof LockerError) return error
  const reason = describeFailure(rootOf(error))
  const known = NETWORK_ADVICE.find(([codes]) => codes.test(reason))
  const [, words, retryable] = known ?? [undefined, 'the connection failed', true]
  return new APIConnectionError(
    `${endpoint.method} ${pathOf(endpoint)} at ${context.apiBase}: ${words} (${reason}). Check ${context.settings.apiBase}, the network, and any proxy in between`,
    { cause: reason, retryable },
  )
}

/** @returns the error for a success whose body isn't JSON */
export function failureOfBody(answer: Answer, endpoint: Endpoint, context: FailureContext): LockerError {
  return new APIConnectionError(
    `${endpoint.method} ${pathOf(endpoint)} answered ${answer.status}, but not with JSON: check ${context.settings.apiBase}, and any proxy in between`,
    { statusCode: answer.status, httpBody: redact(answer.body.toString('utf8'), context.credentials) },
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

/** Codes of Node, undici and OpenSSL; what to say; whether another try may help. */
const NETWORK_ADVICE: readonly (readonly [RegExp, string, boolean])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there', true],
  [/^(ENOTFOUND|EAI_NODATA|EAI_NONAME)$/, 'no such host', false],
  [/^EAI_AGAIN$/, "the host's name can't be looked up now", true],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    'its certificate is self-signed: name its authority in LOCKER_CA_FILE, or set LOCKER_UNSAFE=true for a test',
    false,
  ],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/,
    "its certificate's authority isn't known: name it in LOCKER_CA_FILE",
    false,
  ],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, "its certificate isn't valid today", false],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another name', false],
  [/^(ERR_TLS|ERR_SSL|EPROTO|CERT_)/, 'TLS failed', false],
  [
    /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    'the connection broke off',
    true,
  ],
  [/^HPE_/, 'that is no HTTP server', false],
]

function failureOfOwnWords(
  message: string,
  what: string,
  details: ErrorDetails,
  { settings }: FailureContext,
): LockerError | undefined {
  const { statusCode = 0 } = details
  if (statusCode < 400) return undefined
  if (DUPLICATE.test(message)) return new AlreadyExistsError(`${what}: it exists already`, details)
  switch (statusCode) {
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

/** product: section 1, Failing: 429 with its Retry-After, 502, 503 and 504. */
function isRetryableStatus(status: number): boolean {
  return status === 502 || status === 503 || status === 504
}

/** Without the query, which says nothing to a reader. */
function pathOf({ path }: Endpoint): string {
  return path.replace(/\?.*/s, '')
}

function requestIdOf(headers: Answer['headers']): string | undefined {
  const id = headers['x-request-id'] ?? headers['cf-ray']
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? id : undefined
}

function redact(text: string, credentials: readonly string[]): string {
  return credentials.reduce(
    (kept, credential) => kept.replaceAll(credential, '[hidden]'),
    text.slice(0, 65_536),
  )
}

/** undici and Happy Eyeballs wrap what really happened. */
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0])
  if (error instanceof Error && error.cause instanceof Error) return rootOf(error.cause)
  return error
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
