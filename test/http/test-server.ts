/** Loopback servers of the tests' own: they answer as they are told and remember what they were asked. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https'
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** One request as it came in. */
export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly socket: Socket
  /** 1 for the first request of this server. */
  readonly number: number
}

export interface TestServer {
  readonly port: number
  /** `http://127.0.0.1:…`, or `https:` for one with a certificate. */
  readonly origin: string
  readonly seen: readonly Seen[]
  /** Every connection since the start, closed ones too. */
  readonly sockets: readonly Socket[]
}

/** Closed when the test ends. */
export async function startServer(
  answer: (request: Seen, response: ServerResponse) => void,
  tls?: TlsOptions,
): Promise<TestServer> {
  const seen: Seen[] = []
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const entry = toSeen(request, Buffer.concat(chunks).toString(), seen.length + 1)
      seen.push(entry)
      answer(entry, response)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  // Whoever wants a connection to end sees to it.
  server.keepAliveTimeout = 600_000
  return { ...(await listen(server, tls === undefined ? 'http' : 'https')), seen }
}

/** Speaks no HTTP of its own; what came in is for the test to read. Closed when the test ends. */
export async function startRawServer(
  onConnection: (socket: Socket) => void,
  scheme: 'http' | 'https' = 'http',
): Promise<Omit<TestServer, 'seen'>> {
  return await listen(
    createRawServer((socket) => {
      // The client may hang up whenever it likes.
      socket.on('error', () => {})
      onConnection(socket)
    }),
    scheme,
  )
}

/** A raw server that waits for a request's head, then does as told with the connection. */
export function startHeadServer(
  answer: (socket: Socket, number: number) => void,
): Promise<Omit<TestServer, 'seen'>> {
  let number = 0
  return startRawServer((socket) => {
    let head = ''
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (!head.endsWith('\r\n\r\n')) return
      head = ''
      answer(socket, ++number)
    })
  })
}

/** @returns where nothing listens, in all likelihood */
export async function unusedOrigin(): Promise<string> {
  const server = createRawServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function html(
  response: ServerResponse,
  status: number,
  body = '<html><body>no</body></html>',
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
}

function toSeen(request: IncomingMessage, body: string, number: number): Seen {
  const { method = '', url: path = '', headers, rawHeaders, socket } = request
  return { method, path, headers, rawHeaders, body, socket, number }
}

async function listen(server: Server, scheme: string): Promise<Omit<TestServer, 'seen'>> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  const { port } = server.address() as AddressInfo
  return { port, origin: `${scheme}://127.0.0.1:${port}`, sockets }
}
