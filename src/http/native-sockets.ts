/** The connections of Node's own client. TLS is loaded while TCP is on its way, as in `connector.ts`. */
import { Agent, type ClientRequestArgs, type RequestOptions } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import type { Trust } from './trust.ts'
import { whileConnecting } from './while-connecting.ts'

/** Connections that nobody uses are closed after this, or sooner if the server says so: what lies between forgets them. */
const IDLE_MS = 4000

/** Where one request goes, and through what. */
export interface Target {
  /** Part of the request. */
  readonly options: RequestOptions
  /** Ends its connection, if that is still being made and the request has not got it. */
  giveUp(): void
}

export interface Sockets {
  aim(): Target
  /** Ends all of them: busy, idle, or still being made. */
  close(): void
}

/** Node hands an agent all that a request was given. */
interface Aimed extends ClientRequestArgs {
  readonly onConnecting?: (socket: Socket) => void
}

/**
 * @param origin `http:` or `https:`
 * @param loadTrust called by the first https connection, and again if it fails
 */
export function createSockets(origin: URL, loadTrust: () => Trust): Sockets {
  const defaultPort = origin.protocol === 'https:' ? 443 : 80
  // A URL has IPv6 addresses in brackets.
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const port = Number(origin.port || defaultPort)
  // Of a connection that is used, it ends nothing.
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS })
  const options = { agent, host, port, defaultPort }
  if (defaultPort === 80) {
    return { aim: () => ({ options, giveUp: () => {} }), close: () => agent.destroy() }
  }
  const connecting = new Set<Socket>()
  agent.createConnection = createTlsConnector(host, port, loadTrust, connecting)
  return {
    aim: () => {
      let socket: Socket | undefined
      const onConnecting = (started: Socket) => {
        socket = started
      }
      const giveUp = () => {
        if (socket !== undefined && connecting.has(socket)) socket.destroy()
      }
      return { options: Object.assign({ onConnecting }, options), giveUp }
    },
    close: () => {
      agent.destroy()
      for (const socket of connecting) socket.destroy()
    },
  }
}

/** @param connecting has every socket while TCP connects it */
function createTlsConnector(
  host: string,
  port: number,
  loadTrust: () => Trust,
  connecting: Set<Socket>,
): Agent['createConnection'] {
  let trust: Trust | undefined
  let session: Buffer | undefined
  const load = () => {
    trust ??= loadTrust()
    return trust
  }
  const secure = (socket: Socket) => {
    const tls: typeof import('node:tls') = require('node:tls')
    const servername = isIP(host) ? '' : host
    const ALPNProtocols = ['http/1.1']
    const secured = tls.connect({ socket, host, servername, session, ALPNProtocols, ...load() })
    return secured.on('session', (given) => {
      session = given
    })
  }
  return ({ onConnecting }: Aimed, created) => {
    const settle = (error: Error | null, socket?: Socket) => {
      connecting.delete(tcp)
      tcp.off('error', settle).off('close', end)
      // Node's types have no socket missing where there is an error.
      created?.(error, socket as Socket)
    }
    const end = () => settle(new Error('closed'))
    const tcp = connect({ host, port, noDelay: true }, () => {
      try {
        settle(null, secure(tcp))
      } catch (error) {
        tcp.destroy()
        settle(error as Error)
      }
    })
    tcp.once('error', settle).once('close', end)
    connecting.add(tcp)
    onConnecting?.(tcp)
    whileConnecting(tcp, load)
    return undefined
  }
}
