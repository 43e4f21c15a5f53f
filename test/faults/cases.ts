/** Every way in which a service, or what stands for it, fails: one row a case. */
import { gzipSync } from 'node:zlib'
import type { ErrorCode } from '../../src/errors.ts'
import { daysFromNow, makeCertificate } from '../http/certificates.ts'
import {
  type Arrange,
  answering,
  type Changed,
  changed,
  connected,
  DEADLINE_MS,
  drip,
  endless,
  faulty,
  nowhere,
  raw,
  refused,
  served,
} from './failing-servers.ts'

/**
 * Title, the server, the error's class, its HTTP status (null: none) and words of the one line: undici's doors', and those of
 * locker-run, where the parser of `src/http/answer-parser.ts` says it otherwise.
 */
export type FaultCase = readonly [string, Arrange, keyof typeof CODES, number | null, RegExp, RegExp?]

/** Each class with its code. product: section 4 */
export const CODES = {
  AuthenticationError: 'unauthorized',
  PermissionDeniedError: 'permission_denied',
  ResourceNotFoundError: 'not_found',
  RateLimitError: 'rate_limit',
  APIServerError: 'server_error',
  APIConnectionError: 'http_error',
  CliRunError: 'cli_error',
  AlreadyExistsError: 'already_exists',
  LockerError: 'locker_error',
} as const satisfies Record<string, ErrorCode>

const MIB = 1024 * 1024
const DEEP = 100_000
/** What a call of the SDK has still left when it asks is a little less than it was given. */
const LATE = /no complete answer from http:\S+ within (700|6\d\d) ms \(.+\)/
const BROKEN = /the connection broke off \((ECONNRESET|UND_ERR_\w+|EPIPE)\)/
const NO_JSON = /answered 200, but not with JSON/
const NO_HTTP = /that is no HTTP server \(HPE_\w+\)/
const LARGE = /the answer is larger than 64 MiB/
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'
const PAGE = { count: 0, next: null, previous: null, revision_date: 1, results: [] }

const CONNECTIONS: readonly FaultCase[] = [
  ['connection refused', refused, 'APIConnectionError', null, /nothing listens there \(ECONNREFUSED\)/],
  ['no such host', nowhere, 'APIConnectionError', null, /no such host|can't be looked up/],
  ['reset when connected', connected((s) => s.resetAndDestroy()), 'APIConnectionError', null, BROKEN],
  ['hung up when connected', connected((s) => s.end()), 'APIConnectionError', null, BROKEN],
  ['reset at start', faulty('reset'), 'APIConnectionError', null, BROKEN],
  ['reset after headers', faulty('reset=headers'), 'APIConnectionError', null, BROKEN],
  ['reset in the body', faulty('reset=body'), 'APIConnectionError', null, BROKEN],
  ['wants another protocol', raw((s) => s.write(UPGRADE)), 'APIConnectionError', null, BROKEN, NO_HTTP],
  ['not HTTP', raw((s) => s.end('SSH-2.0-OpenSSH\r\n')), 'APIConnectionError', null, /no HTTP server/],
]

const ENDLESS: readonly FaultCase[] = [
  ['accepts and says nothing', connected(() => {}, DEADLINE_MS), 'APIConnectionError', null, LATE],
  ['never answers', endless('hang'), 'APIConnectionError', null, LATE],
  ['headers but no body', endless('hang=headers'), 'APIConnectionError', null, LATE],
  ['half a body, then nothing', endless('hang=body'), 'APIConnectionError', null, LATE],
  ['a byte of the body every 50 ms', endless('drip=50'), 'APIConnectionError', null, LATE],
  [
    'a byte of the headers every 50 ms',
    raw((s) => drip(s, `${HEAD}X-Long: `), DEADLINE_MS),
    'APIConnectionError',
    null,
    LATE,
  ],
  ['only the second page never comes', secondPage('hang'), 'APIConnectionError', null, LATE],
  [
    'asks to wait longer than there is time',
    endless('status=503,retry-after=3'),
    'APIConnectionError',
    503,
    /503/,
  ],
]

const BODIES: readonly FaultCase[] = [
  ['truncated, with content-length', faulty('truncate'), 'APIConnectionError', null, BROKEN],
  ['truncated, chunked', chunked('{"count":'), 'APIConnectionError', null, BROKEN],
  ['truncated, until the connection closes', closing('{"count":'), 'APIConnectionError', 200, NO_JSON],
  ['content-length too large', faulty('length=+7'), 'APIConnectionError', null, BROKEN],
  // What undici takes as far as it goes, or sees break off, is no HTTP to Node's own parser.
  ['content-length too small', faulty('length=-7'), 'APIConnectionError', 200, NO_JSON],
  ['content-length that is no number', lengthy('7x'), 'APIConnectionError', null, BROKEN, NO_HTTP],
  ['two content-lengths', lengthy('2\r\nContent-Length: 3'), 'APIConnectionError', null, BROKEN, NO_HTTP],
  ['empty', answering(''), 'APIConnectionError', 200, NO_JSON],
  ['HTML', faulty('html'), 'APIConnectionError', 200, NO_JSON],
  ['204', faulty('status=204,body='), 'APIConnectionError', 204, /answered 204/],
  ['endless', faulty('oversize'), 'APIConnectionError', null, LARGE],
  ['64 MiB and a byte', answering(Buffer.alloc(64 * MIB + 1, ' ')), 'APIConnectionError', null, LARGE],
  ['a gzip bomb', bomb(200 * MIB), 'APIConnectionError', null, LARGE],
  ['an endless gzip bomb', faulty('gzip,oversize'), 'APIConnectionError', null, LARGE],
  ['gzip that is none', encoded('gzip'), 'APIConnectionError', null, /compression can't be read/],
  ['an unknown encoding', encoded('snappy'), 'APIConnectionError', null, /compression can't be read/],
  [
    'JSON of depth 100,000',
    answering('['.repeat(DEEP) + ']'.repeat(DEEP)),
    'APIConnectionError',
    null,
    /is not an object/,
  ],
  ['JSON that opens 100,000 lists', answering('['.repeat(DEEP)), 'APIConnectionError', 200, NO_JSON],
  [
    'duplicate keys, of which the last counts',
    answering('{"profile":{},"profile":7,"results":[],"results":7}'),
    'APIConnectionError',
    null,
    /is not (an object|a list)/,
  ],
]

const WRONG: readonly FaultCase[] = (
  [
    [{ profile: { key: null } }, 'profile.key'],
    [{ profile: { id: 7 } }, 'profile.id'],
    [{ profile: { activated: 'yes' } }, 'profile.activated'],
    [{ profile: { editable: 0 } }, 'profile.editable'],
    [{ profile: { project_id: '731' } }, 'profile.project_id'],
    [{ profile: { project_id: 2 ** 53 } }, 'profile.project_id'],
    [{ page: { count: '1' } }, 'count'],
    [{ page: { count: -1 } }, 'count'],
    [{ page: { next: 7 } }, 'next'],
    [{ page: { revision_date: null } }, 'revision_date'],
    [{ page: { results: {} } }, 'results'],
    [{ page: { results: [null] } }, 'results[0]'],
    [{ record: { id: '../profile' } }, 'results[0].id'],
    [{ record: { key: 1 } }, 'results[0].key'],
    [{ record: { value: {} } }, 'results[0].value'],
    [{ record: { description: [] } }, 'results[0].description'],
    [{ record: { secret_hash: null } }, 'results[0].secret_hash'],
    [{ record: { environment_hash: true } }, 'results[0].environment_hash'],
    [{ record: { revision_date: '1' } }, 'results[0].revision_date'],
  ] as const satisfies readonly (readonly [Changed, string])[]
).map(([change, path]) => [
  `wrong type: ${JSON.stringify(change)}`,
  changed(change),
  'APIConnectionError',
  null,
  new RegExp(`the answer is not the service's: answer\\.${path.replace(/[[\].]/g, '\\$&')} is not `),
])

const UNSEALED: readonly FaultCase[] = [
  [
    'a value in plaintext',
    changed({ record: { value: 'canary' } }),
    'CliRunError',
    null,
    /value of secret id-/,
  ],
  ['a key in plaintext', changed({ record: { key: 'canary' } }), 'CliRunError', null, /key of secret id-/],
  ['a profile key in plaintext', changed({ profile: { key: 'canary' } }), 'CliRunError', null, /key/],
]

const PAGES: readonly FaultCase[] = [
  [
    'the revision moves during paging, for ever',
    changed((number) => ({ page: { revision_date: number, count: 3, next: '/v1/secrets?page=2' } })),
    'APIConnectionError',
    null,
    /the project changed during each of 3 reads/,
  ],
  [
    '`next` leads in a circle',
    changed({ page: { count: 1, next: '/v1/secrets?page=2' } }),
    'APIConnectionError',
    null,
    /leads in a circle/,
  ],
]

const STATUSES: readonly FaultCase[] = [
  ['401 in JSON', faulty('status=401'), 'AuthenticationError', 401, /401: the access key id is unknown/],
  ['401 in HTML', faulty('status=401,html'), 'APIConnectionError', 401, /not in the service's own words/],
  ['403 in JSON', faulty('status=403'), 'PermissionDeniedError', 403, /403: this access key may not/],
  ['403 in HTML', faulty('status=403,html'), 'APIConnectionError', 403, /not in the service's own words/],
  ['404 in JSON', faulty('status=404'), 'ResourceNotFoundError', 404, /404: no such record/],
  ['404 in HTML', faulty('status=404,html'), 'APIConnectionError', 404, /not in the service's own words/],
  ['409 in JSON', faulty('status=409'), 'LockerError', 409, /409: the service refused/],
  [
    '409 that is a duplicate',
    faulty('status=409,message=hash already exists'),
    'AlreadyExistsError',
    409,
    /409: it exists/,
  ],
  ['422 in JSON', faulty('status=422'), 'LockerError', 422, /422: the service refused/],
  ['422 in HTML', faulty('status=422,html'), 'APIConnectionError', 422, /not in the service's own words/],
  ['429 in JSON', faulty('status=429'), 'RateLimitError', 429, /429: too many requests/],
  ['429 in HTML', faulty('status=429,html'), 'RateLimitError', 429, /429: too many requests/],
  ...[500, 501, 502, 504].flatMap((status): FaultCase[] => [
    [`${status} in JSON`, faulty(`status=${status}`), 'APIServerError', status, /the service failed/],
    [`${status} in HTML`, faulty(`status=${status},html`), 'APIServerError', status, /the service failed/],
  ]),
  ['503 in JSON', faulty('status=503'), 'APIConnectionError', 503, /503: the service is unavailable/],
  ['503 in HTML', faulty('status=503,html'), 'APIConnectionError', 503, /503: the service is unavailable/],
]

const CERTIFICATES: readonly FaultCase[] = [
  ['TLS: self-signed', tls({}, false), 'APIConnectionError', null, /its certificate is self-signed/],
  ['TLS: expired', tls({ notAfter: daysFromNow(-1) }), 'APIConnectionError', null, /isn't valid today/],
  ['TLS: not valid yet', tls({ notBefore: daysFromNow(1) }), 'APIConnectionError', null, /isn't valid today/],
  ['TLS: another name', tls({ withoutLoopback: true }), 'APIConnectionError', null, /is for another name/],
]

export const FAULT_CASES: readonly FaultCase[] = [
  ...CONNECTIONS,
  ...ENDLESS,
  ...BODIES,
  ...WRONG,
  ...UNSEALED,
  ...PAGES,
  ...STATUSES,
  ...CERTIFICATES,
]

function tls(wish: Parameters<typeof makeCertificate>[0], isTrusted = true): Arrange {
  const dates = { notBefore: daysFromNow(-3) }
  const certificate = () => makeCertificate({ ...dates, ...wish })
  return served((_, response) => response.end('{}'), { certificate, isTrusted })
}

function secondPage(effect: string): Arrange {
  return faulty(`/v1/secrets?*page=2* ${effect}`, DEADLINE_MS, 1)
}

function chunked(text: string): Arrange {
  return raw((s) =>
    s.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n`),
  )
}

function closing(text: string): Arrange {
  return raw((s) => s.end(`${HEAD}Connection: close\r\n\r\n${text}`))
}

function lengthy(length: string): Arrange {
  return raw((s) => s.end(`${HEAD}Content-Length: ${length}\r\n\r\n{}`))
}

/** Made once: it takes longer than to send it. */
function bomb(bytes: number): Arrange {
  return async () => {
    const body = gzipSync(Buffer.alloc(bytes, ' '), { level: 1 })
    return served((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body))()
  }
}

function encoded(encoding: string): Arrange {
  return served((_, response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(JSON.stringify(PAGE)),
  )
}
