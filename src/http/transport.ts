/** One request, one answer: capped body, no redirects, cancelled at once. It judges nothing. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Connection } from '../config/config.ts'
import { APIConnectionError } from '../errors.ts'
import { version } from '../version.ts'
import type { Connections, OpenConnections, Outgoing } from './connections.ts'
import type { Endpoint } from './endpoints.ts'

/** The largest body taken, compressed or not. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024

/** A chunk of a byte takes a hundred times as much memory: that many, and they are made one. */
const CHUNKS_PER_BLOCK = 4096

/** What came back, whatever it is. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Decompressed. */
  readonly body: Buffer
}

/** The way to one service with one access key. */
export interface Transport {
  /**
   * @param endpoint what to ask for
   * @param signal cancels; its reason is thrown
   * @param body JSON text, for POST and PUT
   * @throws APIConnectionError when the body is too large or can't be decompressed, else whatever the network threw
   */
  send(endpoint: Endpoint, signal: AbortSignal, body?: string): Promise<Answer>
  /** Closes every connection, busy or not. */
  close(): void
}

/**
 * @param open how connections are held
 * @param connection where the service is
 * @param accessKeyId the bearer token
 * @param whileWaiting called once, when all that was asked first is on its way: takes time that the service needs anyway
 * @throws LockerError as {@link OpenConnections} has it
 */
export function createTransport(
  open: OpenConnections,
  connection: Connection,
  accessKeyId: string,
  whileWaiting?: () => void,
): Transport {
  const { origin, pathname } = new URL(connection.apiBase)
  const connections = open(connection, origin)
  const basePath = pathname.replace(/\/$/, '')
  const headers = {
    'user-agent': `lockerpm/${version}`,
    'cache-control': 'no-cache',
    accept: 'application/json',
    ...lowerCaseNames(connection.headers),
    authorization: `Bearer ${accessKeyId}`,
  }
  let unsent = 0
  let once = whileWaiting
  const wait = () => {
    connections.prepareForAnswers?.()
    once?.()
    once = undefined
  }
  return {
    send: async ({ method, path }, signal, body) => {
      const request = { method, path: basePath + path, headers: withBodyHeaders(headers, body), body }
      unsent += 1
      const answer = await exchange(connections, request, signal, () => {
        unsent -= 1
        if (unsent === 0) setImmediate(wait)
      })
      // A connection is taken back one turn later: who asks again before that gets a new one.
      await new Promise(setImmediate)
      return { ...answer, body: decompress(answer) }
    },
    close: connections.close,
  }
}

/** One spelling of a name, so that a user's `Accept` replaces ours and is not sent beside it. */
function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]))
}

function withBodyHeaders(headers: Record<string, string>, body: string | undefined): Record<string, string> {
  return body === undefined ? headers : { ...headers, 'content-type': 'application/json' }
}

/** Rejects the moment the signal fires, whatever becomes of the request. */
function exchange(
  connections: Connections,
  request: Outgoing,
  signal: AbortSignal,
  onSent: () => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const blocks: Buffer[] = []
    const chunks: Buffer[] = []
    let size = 0
    let head: Pick<Answer, 'status' | 'headers'> = { status: 0, headers: {} }

    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', onAbort)
      finish()
    }
    const giveUp = (reason: Error) => {
      settle(() => reject(reason))
      cancel(reason)
    }
    const onAbort = () => giveUp(signal.reason)
    signal.addEventListener('abort', onAbort)

    const cancel = connections.send(request, {
      onSent,
      onHead: (status, headers) => {
        head = { status, headers }
      },
      onData: (chunk) => {
        size += chunk.length
        if (size > MAX_BODY_BYTES) return giveUp(tooLarge())
        if (chunks.push(chunk) === CHUNKS_PER_BLOCK) blocks.push(Buffer.concat(chunks.splice(0)))
      },
      onEnd: () => settle(() => resolve({ ...head, body: Buffer.concat([...blocks, ...chunks], size) })),
      onError: (error) => settle(() => reject(error)),
    })
  })
}

/** We ask for no compression, but a proxy may compress all the same. */
function decompress({ status, headers, body }: Answer): Buffer {
  const encoding = String(headers['content-encoding'] ?? '').toLowerCase()
  if (encoding === '' || encoding === 'identity' || body.length === 0) return body
  const zlib: typeof import('node:zlib') = require('node:zlib')
  const decode = new Map([
    ['gzip', zlib.gunzipSync],
    ['x-gzip', zlib.gunzipSync],
    ['deflate', zlib.inflateSync],
    ['br', zlib.brotliDecompressSync],
  ]).get(encoding)
  let failure = undecodable()
  try {
    if (decode !== undefined) return decode(body, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') failure = tooLarge()
  }
  // The status of a refusal says enough without its words.
  if (status >= 300) return Buffer.alloc(0)
  throw failure
}

function tooLarge(): APIConnectionError {
  return new APIConnectionError(
    `the answer is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB. Check LOCKER_API_BASE`,
  )
}

function undecodable(): APIConnectionError {
  return new APIConnectionError(
    "the answer's compression can't be read. Check LOCKER_API_BASE, and any proxy in between",
  )
}
