/** What goes wrong with which request: the grammar of `--fault`. product: section 5 */
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'

/** The grammar, for `--help`. */
export const FAULT_HELP = `SPEC is a list of clauses between ";". A clause is [METHOD] [PATH] [#WHICH] EFFECT[,EFFECT...]
The first clause that fits a request decides.
  METHOD              GET, POST, PUT
  PATH                begins with "/"; "*" stands for anything; with a "?" it is compared with the query as well
  #N  #A-B  #A-       the Nth, the Ath to Bth, all from the Ath of the requests that METHOD and PATH fit
Effects that answer in the service's place (nothing is read or written):
  status=CODE         an error {code, message}; or with html or body, that; code=TEXT, message=TEXT,
                      retry-after=TEXT change its parts
  html                an HTML page, as proxies send it (status 200 unless given)
  body=TEXT           TEXT, called JSON (status 200 unless given)
  redirect=URL        302, or the status given
Effects on any answer, these or the true one:
  latency=MS          waits first
  reset[=POINT]       resets the connection at POINT: start (before the answer; the default), headers
                      (after them) or body (in the middle of it)
  hang[=POINT]        sends no more from POINT on, and keeps the connection; default: start
  truncate[=POINT]    closes the connection in good order at POINT; default: body
  drip=MS             sends the body a byte every MS milliseconds
  oversize[=BYTES]    BYTES of spaces (2000, 64k, 65m) before the body; without BYTES they never end
  gzip                compresses the body; with oversize, a bomb
  length=+N, -N       a Content-Length that is wrong by N, then closes the connection
TEXT may hold %2C for ",", %3B for ";" and so on.
  --fault 'GET /v1/secrets?*page=2* #1 status=503,retry-after=1; /v1/profile latency=300'`

/** How far an answer gets. */
export type CutPoint = 'start' | 'headers' | 'body'

/** What goes wrong with one request. */
export interface Fault {
  readonly latencyMs?: number
  /** These seven make an answer in the service's place. */
  readonly status?: number
  readonly code?: string
  readonly message?: string
  readonly retryAfter?: string
  readonly html?: true
  readonly body?: string
  readonly redirect?: string
  /** Where the answer stops, and how. */
  readonly cut?: { readonly how: 'reset' | 'hang' | 'truncate'; readonly point: CutPoint }
  readonly dripMs?: number
  /** Bytes of spaces before the body; Infinity: they never end. */
  readonly paddingBytes?: number
  readonly gzip?: true
  /** Added to Content-Length. */
  readonly lengthOffset?: number
}

/** One clause: a fault and the requests it is for. */
export interface FaultClause {
  readonly method: string | undefined
  /** Undefined: every path. */
  readonly path: { readonly pattern: RegExp; readonly withQuery: boolean } | undefined
  /** Counted among those that method and path fit, from 1. */
  readonly first: number
  /** Infinity: all that follow. */
  readonly last: number
  readonly fault: Fault
}

/** One effect. */
interface Effect {
  /** How it is written, for the error. */
  readonly form: string
  /** @returns undefined when its argument (undefined: none was given) is no good */
  read(text: string | undefined): Fault | undefined
}

const MS = 'MS, which is from 0 to 3600000'
const POINT = 'start, headers or body after a ='

const EFFECTS: Readonly<Record<string, Effect>> = {
  latency: {
    form: `latency=${MS}`,
    read: (text) => inRange(text, 0, MAX_MS, (latencyMs) => ({ latencyMs })),
  },
  status: {
    form: 'status=CODE, which is from 200 to 599',
    read: (text) => inRange(text, 200, 599, (status) => ({ status })),
  },
  code: { form: 'code=TEXT', read: (text) => decoded(text, (code) => ({ code })) },
  message: { form: 'message=TEXT', read: (text) => decoded(text, (message) => ({ message })) },
  'retry-after': {
    form: 'retry-after=TEXT',
    read: (text) =>
      HEADER_TEXT.test(text ?? '') ? decoded(text, (retryAfter) => ({ retryAfter })) : undefined,
  },
  html: { form: 'html alone', read: (text) => (text === undefined ? { html: true } : undefined) },
  body: { form: 'body=TEXT', read: (text) => decoded(text, (body) => ({ body })) },
  redirect: {
    form: 'redirect=URL',
    read: (redirect) => (redirect && HEADER_TEXT.test(redirect) ? { redirect } : undefined),
  },
  reset: { form: `reset, alone or with ${POINT}`, read: (text) => cutAt('reset', text ?? 'start') },
  hang: { form: `hang, alone or with ${POINT}`, read: (text) => cutAt('hang', text ?? 'start') },
  truncate: { form: `truncate, alone or with ${POINT}`, read: (text) => cutAt('truncate', text ?? 'body') },
  drip: { form: `drip=${MS}`, read: (text) => inRange(text, 0, MAX_MS, (dripMs) => ({ dripMs })) },
  oversize: { form: 'oversize, or oversize=BYTES up to 1024m', read: padding },
  gzip: { form: 'gzip alone', read: (text) => (text === undefined ? { gzip: true } : undefined) },
  length: {
    form: 'length=+N or length=-N',
    read: (text) => (/^[+-]\d{1,9}$/.test(text ?? '') ? { lengthOffset: Number(text) } : undefined),
  },
}

/** What a header may hold. */
const HEADER_TEXT = /^[ -~]+$/
/** An hour. */
const MAX_MS = 3_600_000
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 * 1024 }

/**
 * @param spec the text of `--fault`; empty: no faults
 * @throws LockerError `locker_error` that names the clause and the effect
 */
export function parseFaults(spec: string): readonly FaultClause[] {
  const texts = spec.split(';').map((text) => text.trim())
  return texts.filter((text) => text !== '').map(parseClause)
}

function parseClause(text: string): FaultClause {
  const [, method, path, which, effects = ''] =
    /^(?:([A-Z]+)\s+)?(?:(\/\S*)\s+)?(?:#(\S+)\s+)?(.*)$/.exec(text) ?? []
  return {
    method,
    path: path === undefined ? undefined : { pattern: parsePattern(path), withQuery: path.includes('?') },
    ...parseWhich(which ?? '1-', text),
    fault: parseEffects(effects, text),
  }
}

function parsePattern(path: string): RegExp {
  const parts = path.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}

function parseWhich(which: string, clause: string): Pick<FaultClause, 'first' | 'last'> {
  const [, from, dash, to] = /^(\d{1,9})(?:(-)(\d{1,9})?)?$/.exec(which) ?? []
  const first = Number(from)
  const last = dash === undefined ? first : to === undefined ? Infinity : Number(to)
  if (from === undefined || first < 1 || last < first) fail(clause, `#${which} must be #N, #A-B or #A-`)
  return { first, last }
}

function parseEffects(text: string, clause: string): Fault {
  const fault: Record<string, unknown> = {}
  for (const part of text.split(',').map((each) => each.trim())) {
    const [, name = '', argument] = /^([a-z-]*)(?:=(.*))?$/s.exec(part) ?? []
    const effect = Object.hasOwn(EFFECTS, name) ? EFFECTS[name] : undefined
    if (effect === undefined) fail(clause, `"${part}" is no effect`)
    const fields = effect.read(argument) ?? fail(clause, `"${part}" must be ${effect.form}`)
    if (Object.keys(fields).some((field) => field in fault))
      fail(clause, `"${part}" contradicts another effect`)
    Object.assign(fault, fields)
  }
  const lonely = ['code', 'message', 'retryAfter'].some((field) => field in fault) && !('status' in fault)
  if (lonely) fail(clause, 'code, message and retry-after need a status')
  return fault
}

function inRange(
  text: string | undefined,
  min: number,
  max: number,
  make: (n: number) => Fault,
): Fault | undefined {
  const number = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN
  return number >= min && number <= max ? make(number) : undefined
}

function decoded(text: string | undefined, make: (text: string) => Fault): Fault | undefined {
  try {
    return text === undefined ? undefined : make(decodeURIComponent(text))
  } catch {
    return undefined
  }
}

function cutAt(how: 'reset' | 'hang' | 'truncate', point: string): Fault | undefined {
  return point === 'start' || point === 'headers' || point === 'body' ? { cut: { how, point } } : undefined
}

function padding(text: string | undefined): Fault | undefined {
  if (text === undefined) return { paddingBytes: Infinity }
  const [, digits, unit = ''] = /^(\d{1,9})([km]?)$/.exec(text) ?? []
  const paddingBytes = Number(digits) * (UNIT_BYTES[unit] ?? 1)
  return paddingBytes <= MAX_PADDING_BYTES ? { paddingBytes } : undefined
}

/** It is made in memory. */
const MAX_PADDING_BYTES = 1024 * 1024 * 1024

function fail(clause: string, problem: string): never {
  throw new LockerError(`--fault: ${oneLine(problem)}, in "${oneLine(clause)}"; see locker-dev --help`)
}
