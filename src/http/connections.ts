/**
 * The seam between what is asked (`transport.ts`) and who holds the connections: undici (`pool.ts`) where the process is
 * somebody else's, Node's sockets (`native.ts`) where it is ours alone, undici again behind a proxy (`proxied.ts`).
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Connection } from '../config/config.ts'

/** Requests that may be under way at once; each has a kept-alive connection of its own. */
export const MAX_CONNECTIONS = 6

/** One request. */
export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path and query, the base path's included. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** Is told what becomes of a request. After `onEnd` or `onError`, nothing more. */
export interface Receiver {
  /** It is on its way. */
  onSent(): void
  onHead(status: number, headers: IncomingHttpHeaders): void
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: Error): void
}

/** Gives a request up, wherever it is: its connection is closed, or never made. */
export type Cancel = (reason: Error) => void

/** What sends, and what ends it. */
export interface Connections {
  send(request: Outgoing, receiver: Receiver): Cancel
  /** Called when all that was asked first is on its way: what the answers need, and the time that they take is free. */
  prepareForAnswers?(): void
  /** Ends every connection: busy, idle, or still being made. */
  close(): void
}

/**
 * @param connection where the service is and how to trust it
 * @param origin of `connection.apiBase`
 * @throws LockerError `locker_error` when `caFile` can't be read or the proxy's address isn't a proxy's
 */
export type OpenConnections = (connection: Connection, origin: string) => Connections
