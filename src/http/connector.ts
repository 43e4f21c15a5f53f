/** How connections are made: what waits for the network while TLS is loaded, and who ends what hasn't come about. */
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import buildSocket from 'undici/lib/core/connect.js'
import { compileParser } from './parser.ts'
import type { Trust } from './trust.ts'
import { whileConnecting } from './while-connecting.ts'

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
