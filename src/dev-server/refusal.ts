/** The answers of the service that aren't success. product: section 5; protocol: section 3, Errors */

const STATUS_BY_CODE = {
  unauthorized: 401,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_exists: 409,
  invalid_data: 422,
  rate_limit: 429,
  server_error: 500,
} as const

/** The `code` of an error's body. */
export type RefusalCode = keyof typeof STATUS_BY_CODE

/** What the store and the routes throw; it becomes a status with `{code, message}`. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly headers: Readonly<Record<string, string>>

  /**
   * @param code decides the status
   * @param message for whoever reads the answer; never a value
   * @param headers beside the usual ones, such as `Retry-After`
   */
  constructor(code: RefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }

  get status(): number {
    return STATUS_BY_CODE[this.code]
  }
}

/** @returns the code that goes with a status, for an answer that only its status is known of */
export function codeOfStatus(status: number): string {
  const known = Object.entries(STATUS_BY_CODE).find(([, value]) => value === status)
  return known?.[0] ?? (status < 500 ? 'invalid_request' : 'server_error')
}
