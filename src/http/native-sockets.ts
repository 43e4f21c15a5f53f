/** Node's sockets, kept alive between requests. TLS is loaded while TCP is on its way, as in `connector.ts`. */
import { connect, isIP, type Socket } from 'node:net'
import type { Trust } from './trust.ts'
import { whileConnecting } from './while-connecting.ts'

/** Gives up what is under way. Afterwards does nothing. */
export type GiveUp = () => void

/** Called once, with the socket or why there is none. Used: for an earlier request, so the server may have closed it since. */
type OnMade = (made: Socket | Error, isUsed: boolean) => void

export interface Sockets {
  /** @param onMade called now or later; by http the socket may be connecting still. Nobody else uses it */
  take(onMade: OnMade): GiveUp
  /** @param idleMs how long it may wait for somebody else to take it; 0: not at all */
  giveBack(socket: Socket, idleMs: number): void
  /** Ends those that are idle, or still being made. */
  close(): void
}

/**
 * @param origin `http:` or `https:`
 * @param loadTrust called by the first https connection, and again if it fails
 */
export function createSockets(origin: URL, loadTrust: () => Trust): Sockets {
  const idle = createIdleSockets()
  const connecting = new Set<Socket>()
  const make = chooseMaker(origin, loadTrust, connecting)
  return {
    take: (onMade) => {
      const socket = idle.take()
      if (socket === undefined) return make(onMade)
      onMade(socket, true)
      return () => {}
    },
    giveBack: idle.put,
    close: () => {
      idle.close()
      for (const socket of connecting) socket.destroy()
    },
  }
}

type Maker = (onMade: OnMade) => GiveUp

function chooseMaker(
  { protocol, hostname, port }: URL,
  loadTrust: () => Trust,
  connecting: Set<Socket>,
): Maker {
  // A URL has IPv6 addresses in brackets.
  const host = hostname.replace(/^\[|\]$/g, '')
  const connectTo = (defaultPort: number) =>
    connect({ host, port: Number(port || defaultPort), noDelay: true })
  if (protocol === 'https:') return createTlsMaker(() => connectTo(443), host, loadTrust, connecting)
  return (onMade) => {
    onMade(connectTo(80), false)
    return () => {}
  }
}

/** @param connecting has every socket while TCP connects it */
function createTlsMaker(
  connectTcp: () => Socket,
  host: string,
  loadTrust: () => Trust,
  connecting: Set<Socket>,
): Maker {
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
  return (onMade) => {
    const tcp = connectTcp()
    const settle = (made: Socket | Error) => {
      connecting.delete(tcp)
      tcp.off('connect', handOver).off('error', settle).off('close', end)
      onMade(made, false)
    }
    const handOver = () => {
      try {
        settle(secure(tcp))
      } catch (error) {
        tcp.destroy()
        settle(error as Error)
      }
    }
    const end = () => settle(new Error('closed'))
    connecting.add(tcp.once('connect', handOver).once('error', settle).once('close', end))
    whileConnecting(tcp, load)
    return () => {
      if (connecting.has(tcp)) tcp.destroy()
    }
  }
}

/** Connected, and used by nobody. */
interface IdleSockets {
  take(): Socket | undefined
  put(socket: Socket, idleMs: number): void
  close(): void
}

/** Whatever a server says to nobody ends the connection. */
const ENDS = ['data', 'end', 'error', 'close'] as const

function createIdleSockets(): IdleSockets {
  /** What ends each of them. */
  const drops = new Map<Socket, () => void>()
  let isClosed = false
  return {
    take: () => {
      const [first] = drops
      if (first === undefined) return undefined
      const [socket, drop] = first
      drops.delete(socket)
      for (const event of ENDS) socket.off(event, drop)
      return socket.setTimeout(0, drop).ref()
    },
    put: (socket, idleMs) => {
      if (isClosed || idleMs === 0 || socket.destroyed) return void socket.destroy()
      const drop = () => {
        drops.delete(socket)
        socket.destroy()
      }
      drops.set(socket, drop)
      for (const event of ENDS) socket.on(event, drop)
      // A program that has nothing else to do ends.
      socket.setTimeout(idleMs, drop).unref()
    },
    close: () => {
      isClosed = true
      for (const drop of drops.values()) drop()
    },
  }
}
