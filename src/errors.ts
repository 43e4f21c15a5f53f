/**
 * Every error of lockerpm, with the codes, statuses and class names of the service's own SDK.
 * Several bundles carry a copy of this file, so `instanceof` asks for a brand, not for identity.
 */

/** The stable, machine-readable reason of a {@link LockerError}. */
export type ErrorCode =
  | 'unauthorized'
  | 'permission_denied'
  | 'not_found'
  | 'rate_limit'
  | 'server_error'
  | 'http_error'
  | 'cli_error'
  | 'already_exists'
  | 'locker_error'

/** What an error may carry beside its message. */
export interface ErrorDetails {
  /** The HTTP status of the answer, where there was one. */
  readonly statusCode?: number | undefined
  /** The body of the answer, at most 2,048 characters, credentials removed. */
  readonly httpBody?: string | undefined
  /** The id that the service or its edge gave the request. */
  readonly requestId?: string | undefined
  /** Seconds the service asks to wait before the next try. */
  readonly retryAfterSeconds?: number | undefined
  /** Whether the same read may succeed when tried again. */
  readonly retryable?: boolean | undefined
  /** The error behind this one: kept as its system code or class name. A string is kept as it is. */
  readonly cause?: unknown
}

/** Characters of an answer's body that an error keeps. */
export const MAX_HTTP_BODY_CHARS = 2048

const BRAND = Symbol.for('lockerpm.error')

/**
 * Anything that lockerpm throws. `message` is one line: what failed, which name or setting it was
 * about, and what to do. It never holds a value, a credential or an answer's body.
 */
export class LockerError extends Error {
  readonly code: ErrorCode
  /** The HTTP status of the answer; undefined where none came. */
  readonly statusCode: number | undefined
  /** The same one line as `message`, under the name that the service's own SDK gives it. */
  readonly userMessage: string
  readonly requestId: string | undefined
  /** Seconds to wait before the next try, when the service said so. */
  readonly retryAfterSeconds: number | undefined
  /** Whether the same read may succeed when tried again. */
  readonly retryable: boolean
  readonly #httpBody: string | undefined

  /**
   * @param message one line, safe to print
   * @param details what else is known
   * @param code `locker_error` unless a subclass says otherwise
   */
  constructor(message: string, details: ErrorDetails = {}, code: ErrorCode = 'locker_error') {
    super(message, details.cause === undefined ? undefined : { cause: scrubCause(details.cause) })
    this.code = code
    this.statusCode = details.statusCode
    this.userMessage = message
    this.requestId = details.requestId
    this.retryAfterSeconds = details.retryAfterSeconds
    this.retryable = details.retryable ?? false
    this.#httpBody = details.httpBody?.slice(0, MAX_HTTP_BODY_CHARS)
    hide(this, 'name', CLASS_NAMES[code])
    hide(this, BRAND, code)
  }

  /** The answer's body, capped, credentials removed. No log or `inspect` shows it, not even of hidden fields. */
  get httpBody(): string | undefined {
    return this.#httpBody
  }

  /** @returns the fields that are safe to store: no body, no stack, no cause */
  toJSON(): Record<string, unknown> {
    const { name, code, message, statusCode, requestId, retryAfterSeconds, retryable } = this
    return { name, code, message, statusCode, requestId, retryAfterSeconds, retryable }
  }

  /** @internal Two copies of this package know each other's errors. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this and ask about themselves
    return isInstance(this, value)
  }
}

/** 401 `unauthorized`, in the service's own words: the access key is unknown, deactivated or expired. */
export class AuthenticationError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, { statusCode: 401, ...details }, 'unauthorized')
  }
}

/** 403 `permission_denied`, in the service's own words: the key may not do that, or not from here. */
export class PermissionDeniedError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, { statusCode: 403, ...details }, 'permission_denied')
  }
}

/** 404 `not_found`: no such secret or environment. */
export class ResourceNotFoundError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, { statusCode: 404, ...details }, 'not_found')
  }
}

/** 429 `rate_limit`. `retryAfterSeconds` holds what the service asked for, if it did. */
export class RateLimitError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, { statusCode: 429, retryable: true, ...details }, 'rate_limit')
  }
}

/** 500 and other 5xx but 503: `server_error`. */
export class APIServerError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'server_error')
  }
}

/** 503, or no usable answer at all (`http_error`): DNS, TLS, refused, reset, timeout, not the service's. */
export class APIConnectionError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'http_error')
  }
}

/** `cli_error`: a local failure of decryption, of stored data or of the worker. */
export class CliRunError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'cli_error')
  }
}

/** `already_exists`: the (key, environment) pair or the environment's name is taken. */
export class AlreadyExistsError extends LockerError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, 'already_exists')
  }
}

const CLASSES = {
  unauthorized: AuthenticationError,
  permission_denied: PermissionDeniedError,
  not_found: ResourceNotFoundError,
  rate_limit: RateLimitError,
  server_error: APIServerError,
  http_error: APIConnectionError,
  cli_error: CliRunError,
  already_exists: AlreadyExistsError,
  locker_error: LockerError,
} as const satisfies Record<ErrorCode, unknown>

const CLASS_NAMES: Readonly<Record<ErrorCode, string>> = {
  unauthorized: 'AuthenticationError',
  permission_denied: 'PermissionDeniedError',
  not_found: 'ResourceNotFoundError',
  rate_limit: 'RateLimitError',
  server_error: 'APIServerError',
  http_error: 'APIConnectionError',
  cli_error: 'CliRunError',
  already_exists: 'AlreadyExistsError',
  locker_error: 'LockerError',
}

/** An error as it crosses a thread: plain JSON. */
export interface ErrorRecord extends ErrorDetails {
  readonly code: ErrorCode
  readonly message: string
  readonly cause: string | undefined
}

/**
 * @param error anything thrown
 * @returns the error as plain JSON. What is not a LockerError is a defect of ours, told by its name
 *   and `code` alone, since its message might quote data.
 */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof LockerError)) {
    const message = `unexpected failure (${describeFailure(error)})`
    return { code: 'cli_error', message, cause: undefined }
  }
  const { code, message, statusCode, httpBody, requestId, retryAfterSeconds, retryable } = error
  const cause = error.cause instanceof Error ? error.cause.message : undefined
  return { code, message, statusCode, httpBody, requestId, retryAfterSeconds, retryable, cause }
}

/**
 * @param record what {@link toErrorRecord} made on the other side
 * @returns an error of the same class
 */
export function fromErrorRecord(record: ErrorRecord): LockerError {
  return new CLASSES[record.code](record.message, record)
}

/**
 * @param error anything thrown by Node or a library
 * @returns its system code (`ECONNREFUSED`) or else its class name; never its message
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : error.name
}

/** Keeps of a foreign error what helps and can hold no data: its system code or name. */
function scrubCause(cause: unknown): Error {
  if (cause instanceof LockerError) return cause
  const kept = new Error(typeof cause === 'string' ? cause : describeFailure(cause))
  delete kept.stack
  return kept
}

function hide(error: LockerError, property: string | symbol, value: unknown): void {
  Object.defineProperty(error, property, { value, configurable: true, enumerable: false, writable: true })
}

function isInstance(type: unknown, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const brand = (value as Record<symbol, unknown>)[BRAND]
  const ours = Object.entries(CLASSES).find(([, known]) => known === type)
  if (ours === undefined) return Function.prototype[Symbol.hasInstance].call(type, value)
  return brand !== undefined && (ours[0] === 'locker_error' || ours[0] === brand)
}
