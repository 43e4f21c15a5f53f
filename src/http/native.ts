/**
 * Connections by Node's sockets, with a parser in JavaScript: a cold `--import` takes 4 of 57 ms less than with Node's own
 * client, whose functions Node compiles when they are first called, and that 5 of 70 less than with undici. A waiting
 * locker-run is 5 MB smaller than with undici on Node 20. But whoever ran before us in this process may have replaced what
 * Node brings along, and would be shown the access key id: only for where nobody did.
 */
import type { Socket } from 'node:net'
import {
  type Cancel,
  type Connections,
  MAX_CONNECTIONS,
  type OpenConnections,
  type Outgoing,
  type Receiver,
} from './connections.ts'
import { exchange } from './native-exchange.ts'
import { createSockets, type GiveUp, type Sockets } from './native-sockets.ts'
import { openProxied } from './proxied.ts'
import { createQueue } from './queue.ts'
import { writeRequest } from './request-text.ts'
import { prepareTrust, type Trust } from './trust.ts'

/** As {@link OpenConnections} has it. */
export const openNative: OpenConnections = (connection, origin) => {
  const loadTrust = prepareTrust(connection)
  return openProxied(connection, origin, loadTrust) ?? openDirect(new URL(origin), loadTrust)
}

function openDirect(origin: URL, loadTrust: () => Trust): Connections {
  const sockets = createSockets(origin, loadTrust)
  const queue = createQueue(MAX_CONNECTIONS)
  const cancels = new Set<Cancel>()
  return {
    send: (outgoing, receiver) => {
      let cancelSent: Cancel | undefined
      const leave = queue.enter((end) => {
        cancelSent = start(sockets, outgoing, origin.host, receiver, () => {
          cancels.delete(cancel)
          end()
        })
      })
      const cancel = (reason: Error) => {
        cancels.delete(cancel)
        if (leave()) receiver.onError(reason)
        else cancelSent?.(reason)
      }
      cancels.add(cancel)
      return cancel
    },
    close: () => {
      for (const cancel of cancels) cancel(new Error('closed'))
      sockets.close()
    },
  }
}

/**
 * @param host as a URL has it
 * @param onOver called once, later, when nothing is left of the request
 */
function start(
  sockets: Sockets,
  outgoing: Outgoing,
  host: string,
  receiver: Receiver,
  onOver: () => void,
): Cancel {
  const told = once(receiver)
  let socket: Socket | undefined
  let giveUp: GiveUp | undefined
  let isGivenUp = false
  const fail = (error: Error) => {
    told.onError(error)
    onOver()
  }
  const send = (request: Buffer) => {
    giveUp = sockets.take((made, isUsed) => {
      if (made instanceof Error) return fail(made)
      socket = made
      exchange(made, request, told, ({ idleMs, unanswered }) => {
        // It may be somebody else's from now on.
        socket = undefined
        sockets.giveBack(made, idleMs)
        if (unanswered === undefined) return onOver()
        // RFC 9112, section 9.3.1: the server had hung up when we asked, and a GET may be asked twice. A new one is not used.
        if (isUsed && outgoing.method === 'GET' && !isGivenUp) tryOr(() => send(request), fail)
        else fail(unanswered)
      })
    })
  }
  // Here, where nothing is connected yet.
  tryOr(
    () => send(writeRequest(outgoing, host)),
    (error) => process.nextTick(fail, error),
  )
  return (reason) => {
    isGivenUp = true
    told.onError(reason)
    giveUp?.()
    socket?.destroy()
  }
}

/** Such as a Node that may not use the network. */
function tryOr(work: () => void, fail: (error: Error) => void): void {
  try {
    work()
  } catch (error) {
    fail(error as Error)
  }
}

/** As a receiver is promised: nothing twice, and nothing after the end. */
function once({ onSent, onHead, onData, onEnd, onError }: Receiver): Receiver {
  let isSent = false
  let isOver = false
  const end = (tell: () => void) => {
    if (isOver) return
    isOver = true
    tell()
  }
  return {
    onSent: () => {
      if (isSent || isOver) return
      isSent = true
      onSent()
    },
    onHead: (status, headers) => void (isOver || onHead(status, headers)),
    onData: (chunk) => void (isOver || onData(chunk)),
    onEnd: () => end(onEnd),
    onError: (error) => end(() => onError(error)),
  }
}
