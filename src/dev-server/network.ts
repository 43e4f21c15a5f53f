/** The listening socket: plain or TLS. */
import { createServer, type RequestListener } from 'node:http'
import { isIPv6, type Server } from 'node:net'
import { describeFailure, LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { Identity } from './certificate.ts'
import type { Listener } from './listener.ts'

/** Where to listen. */
export interface Endpoint {
  /** An address of this machine, or a name of one. */
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** Makes it https. */
  readonly identity: Identity | undefined
}

/** A server that listens. */
export interface Network {
  /** How clients on this machine reach it: scheme, host and port. */
  readonly apiBase: string
  /** Ends every connection, the busy ones too. */
  close(): Promise<void>
}

/** Longer than any client keeps a connection, or one would meet our closing it. */
const KEEP_ALIVE_MS = 120_000
/** What to dial when every address is listened on. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** @throws LockerError `locker_error` when the address is taken or not ours */
export async function listen(endpoint: Endpoint, listener: Listener): Promise<Network> {
  const server = await createHttpServer(endpoint.identity, listener.onRequest)
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.on('connection', listener.onConnection)
  const port = await bind(server, endpoint)
  return {
    apiBase: formatBase(endpoint, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** TLS is loaded only when asked for: it costs more than all the rest. */
async function createHttpServer(identity: Identity | undefined, onRequest: RequestListener) {
  if (identity === undefined) return createServer(onRequest)
  const https = await import('node:https')
  return https.createServer({ cert: identity.certificate, key: identity.privateKey }, onRequest)
}

function bind(server: Server, { host, port }: Endpoint): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const message = `can't listen on ${oneLine(host)}, port ${port} (${describeFailure(error)}): choose another --host or --port`
      reject(new LockerError(message, { cause: error }))
    })
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function formatBase({ host, identity }: Endpoint, port: number): string {
  const name = LOOPBACK[host] ?? host
  return `${identity === undefined ? 'http' : 'https'}://${isIPv6(name) ? `[${name}]` : name}:${port}`
}
