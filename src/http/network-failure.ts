/** What Node, TLS or undici threw, to an error that says what to do about it. */
import { APIConnectionError, describeFailure, LockerError } from '../errors.ts'
import type { Endpoint } from './endpoints.ts'
import { type FailureContext, pathOf } from './failure.ts'

/**
 * @param error what the network or TLS threw
 * @returns the error for it; an error of ours is returned as it is
 */
export function failureOfNetwork(error: unknown, endpoint: Endpoint, context: FailureContext): LockerError {
  if (error instanceof LockerError) return error
  const reason = reasonOf(rootOf(error))
  const known = ADVICE.find(([codes]) => codes.test(reason))
  const [, words, retryable] = known ?? [undefined, 'the connection failed', true]
  return new APIConnectionError(
    `${endpoint.method} ${pathOf(endpoint)} at ${context.apiBase}: ${words} (${reason}). Check ${context.settings.apiBase}, the network, and any proxy in between`,
    { cause: reason, retryable },
  )
}

/** Codes of Node, undici and OpenSSL; what to say; whether another try may help. */
const ADVICE: readonly (readonly [RegExp, string, boolean])[] = [
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
  [/^PROXY_407$/, "the proxy wants credentials: put them into its variable, before the proxy's name", false],
  [/^PROXY_50[234]$/, "the proxy can't reach it", true],
  [/^PROXY_/, 'the proxy refuses to connect to it', false],
  [
    /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    'the connection broke off',
    true,
  ],
  [/^(HPE|UND_ERR)_HEADERS?_OVERFLOW$/, 'the head of its answer is larger than 16 KiB', false],
  [/^(HPE_|HTTPParserError$)/, 'that is no HTTP server', false],
  [
    /^(UND_ERR_(INVALID_ARG|NOT_SUPPORTED)|ERR_(INVALID_CHAR|INVALID_HTTP_TOKEN|HTTP_INVALID_HEADER_VALUE))$/,
    "a header of LOCKER_HEADERS can't be sent",
    false,
  ],
]

/** undici says which status a proxy gave for a tunnel in its message alone. */
function reasonOf(root: unknown): string {
  const [, status] = /^Proxy response \((\d{3})\)/.exec(root instanceof Error ? root.message : '') ?? []
  return status === undefined ? describeFailure(root) : `PROXY_${status}`
}

/** undici and Happy Eyeballs wrap what really happened. */
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0])
  if (error instanceof Error && error.cause instanceof Error) return rootOf(error.cause)
  return error
}
