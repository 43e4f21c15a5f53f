/** The connections of Node's own client. TLS is loaded while TCP is on its way, as in `connector.ts`. */
import { Agent, type RequestOptions } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import type { Trust } from './trust.ts'
import { whileConnecting } from './while-connecting.ts'

/** Where requests go, and through what. */
export interface Sockets {
  /** Part of every request. */
  readonly target: RequestOptions
  /** Ends all of them: busy, idle, or still being made. */
  close(): void
}

/**
 * @param origin `http:` or `https:`
 * @param loadTrust called once, by the first https connection
 */
export function createSockets(origin: URL, loadTrust: () => Trust): Sockets {
  const defaultPort = origin.protocol === 'https:' ? 443 : 80
  // A URL has IPv6 addresses in brackets.
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const port = Number(origin.port || defaultPort)
  const agent = new Agent({ keepAlive: true })
  const target = { agent, host, port, defaultPort }
  if (defaultPort === 80) return { target, close: () => agent.destroy() }

  const connecting = new Set<Socket>()
  let trust: Trust | undefined
  let session: Buffer | undefined
  const load = () => {
    trust ??= loadTrust()
    return trust
  }
  const secure = (socket: Socket) => {
    const { connect: connectTls } = process.getBuiltinModule('node:tls')
    const servername = isIP(host) ? '' : host
    const ALPNProtocols = ['http/1.1']
    const secured = connectTls({ socket, host, servername, session, ALPNProtocols, ...load() })
    return secured.on('session', (given) => {
      session = given
    })
  }
  agent.createConnection = (_, created) => {
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
    whileConnecting(tcp, load)
    return undefined
  }
  return {
    target,
    close: () => {
      agent.destroy()
      for (const socket of connecting) socket.destroy()
    },
  }
}
