/** How connections are made: what waits for the network while TLS is loaded, and who ends what hasn't come about. */
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { buildConnector } from 'undici'
import buildSocket from 'undici/lib/core/connect.js'
import { compileParser } from './parser.ts'

/** Whom a TLS connection trusts. */
export interface Trust {
  readonly rejectUnauthorized: boolean
  /** All connections share it. */
  readonly secureContext: SecureContext
}

/** Makes undici's connections. */
export interface Connector {
  readonly connect: buildConnector.connector
  /**
   * Ends sockets that are still connecting, which undici lets be: a server that accepts and then never shakes hands
   * would keep the process alive.
   */
  close(): void
}

/**
 * @param loadTrust called once, by the first https connection
 * @returns connects without a time limit of its own
 */
export function createConnector(loadTrust: () => Trust): Connector {
  const connecting = new Set<Socket>()
  const openTcp = buildSocket({ timeout: 0 })
  let openTls: typeof openTcp | undefined
  const loadTls = () => {
    openTls ??= buildSocket({ ...loadTrust(), timeout: 0 })
    return openTls
  }

  const watch = (open: typeof openTcp, target: buildConnector.Options, callback: buildConnector.Callback) => {
    const socket = open(target, (...outcome) => {
      connecting.delete(socket)
      callback(...outcome)
    })
    connecting.add(socket)
    return socket
  }

  const connectTcp: buildConnector.connector = (target, callback) => {
    whileConnecting(watch(openTcp, target, callback), compileParser)
  }

  const connectTls: buildConnector.connector = (target, callback) => {
    const tcpTarget = { ...target, protocol: 'http:', port: target.port || '443' }
    const tcp = watch(openTcp, tcpTarget, (...outcome) => {
      const [error, httpSocket] = outcome
      if (error) return callback(...outcome)
      try {
        watch(loadTls(), { ...target, httpSocket }, callback)
        setImmediate(compileParser)
      } catch (failure) {
        httpSocket.destroy()
        callback(failure as Error, null)
      }
    })
    whileConnecting(tcp, loadTls)
  }

  return {
    connect: (target, callback) => {
      if (target.protocol === 'https:') connectTls(target, callback)
      else connectTcp(target, callback)
    },
    close: () => {
      for (const socket of connecting) socket.destroy()
    },
  }
}

/**
 * Once TCP is on its way, and no sooner: Node asks the system for it a turn after it was told to, or when the name has
 * been looked up. TLS and its authorities take 25 ms on Node 20 and 10 on 24, the parser 2.
 */
function whileConnecting(tcp: Socket, prepare: () => unknown): void {
  const tryPrepare = () => {
    try {
      prepare()
    } catch {
      // It fails again for whoever needs it.
    }
  }
  tcp.once('connectionAttempt', () => setImmediate(tryPrepare))
}
