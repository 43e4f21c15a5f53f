/** Takes requests from the network, and hands them to the service and the faults. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describeFailure, LockerError } from '../errors.ts'
import { deliver, pause } from './delivery.ts'
import type { Fault } from './fault.ts'
import { answerFault } from './fault-answer.ts'
import { Refusal } from './refusal.ts'
import { answerRefusal, answerRequest, type Service, type ServiceAnswer } from './routes.ts'

/** A request that arrived. `headers` and `body` are for tests; `--log` has neither. */
export interface RequestEntry {
  readonly method: string
  /** Path with query, as sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Empty without one. */
  readonly body: string
  /** Which connection it came by, counted from 1: equal numbers prove keep-alive. */
  readonly connection: number
  /** Undefined until an answer is begun. */
  status: number | undefined
}

/** What a request meets on its way. */
export interface Surroundings {
  readonly service: Service
  readonly nextFault: (method: string, url: string) => Fault | undefined
  /** Awaited before the answer is made. */
  readonly onRequest: (entry: RequestEntry) => void | Promise<void>
  /** Called after a change: what it throws is answered with 500. */
  readonly save: () => void
  /** Called once for each request. */
  readonly log: (entry: RequestEntry, durationMs: number) => void
}

/** Node's events, as the functions to bind to them. */
export interface Listener {
  readonly onConnection: (socket: Socket) => void
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
}

/** Larger bodies are refused. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

interface Connection {
  readonly number: number
  /** Under TLS, the socket below it: only that one can be reset. */
  readonly socket: Socket
}

/** @returns functions for the events of a `node:http` or `node:https` server */
export function createListener(surroundings: Surroundings): Listener {
  const connections = new Map<string, Connection>()
  let connectionCount = 0
  return {
    onConnection: (socket) => {
      const peer = formatPeer(socket)
      connectionCount += 1
      connections.set(peer, { number: connectionCount, socket })
      socket.once('close', () => connections.delete(peer))
    },
    onRequest: (request, response) => {
      const connection = connections.get(formatPeer(request.socket))
      if (connection === undefined) return
      // Whoever went away meanwhile needs no answer, and mustn't end the server.
      response.on('error', () => response.destroy())
      serve(surroundings, connection, request, response).catch(() => response.destroy())
    },
  }
}

function formatPeer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

async function serve(
  surroundings: Surroundings,
  connection: Connection,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startMs = performance.now()
  const { method = '', url = '', headers } = request
  const body = await readBody(request)
  const entry: RequestEntry = {
    method,
    url,
    headers,
    body: body.text,
    connection: connection.number,
    status: undefined,
  }
  const { fault, answer } = await prepare(surroundings, entry, request, response, body.refusal)
  const isBegun = !response.destroyed && fault?.cut?.point !== 'start'
  if (isBegun) entry.status = answer.status
  surroundings.log(entry, performance.now() - startMs)
  await deliver(response, answer, fault, () => connection.socket.resetAndDestroy())
}

async function prepare(
  surroundings: Surroundings,
  entry: RequestEntry,
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal | undefined,
): Promise<{ fault?: Fault | undefined; answer: ServiceAnswer }> {
  try {
    await surroundings.onRequest(entry)
    const fault = surroundings.nextFault(entry.method, entry.url)
    if (fault?.latencyMs !== undefined) await pause(fault.latencyMs, response)
    if (refusal !== undefined) throw refusal
    const answer = (fault && answerFault(fault)) ?? answerAndSave(surroundings, entry, request)
    return { fault, answer }
  } catch (error) {
    return {
      answer: answerRefusal(error instanceof Refusal ? error : new Refusal('server_error', explain(error))),
    }
  }
}

function answerAndSave(
  surroundings: Surroundings,
  entry: RequestEntry,
  request: IncomingMessage,
): ServiceAnswer {
  const { method, url, body } = entry
  const { authorization } = request.headers
  const remoteAddress = request.socket.remoteAddress ?? ''
  const answer = answerRequest(surroundings.service, { method, url, body, authorization, remoteAddress })
  surroundings.save()
  return answer
}

/** Reads to the end, come what may: a client that is still writing doesn't hear an answer. */
async function readBody(request: IncomingMessage): Promise<{ text: string; refusal?: Refusal }> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    }
  } catch {
    return { text: '', refusal: REFUSED_BODY }
  }
  if (bytes > MAX_BODY_BYTES) return { text: '', refusal: REFUSED_BODY }
  return { text: Buffer.concat(chunks).toString('utf8') }
}

const REFUSED_BODY = new Refusal('invalid_data', 'The body is too large or incomplete', {
  Connection: 'close',
})

function explain(error: unknown): string {
  return error instanceof LockerError ? error.message : `Unexpected failure (${describeFailure(error)})`
}
