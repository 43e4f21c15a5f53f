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
  type Receiver,
} from './connections.ts'
import { exchange } from './native-exchange.ts'
import { createSockets, type Sockets } from './native-sockets.ts'
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
      const write = () => writeRequest(outgoing, origin.host)
      const leave = queue.enter((end) => {
        cancelSent = start(sockets, write, receiver, () => {
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

/** @param onOver called once, later, when nothing is left of the request */
function start(sockets: Sockets, write: () => Buffer, receiver: Receiver, onOver: () => void): Cancel {
  const told = once(receiver)
  let socket: Socket | undefined
  let giveUp: (() => void) | undefined
  try {
    // Here, where nothing is connected yet.
    const request = write()
    giveUp = sockets.take((made) => {
      if (made instanceof Error) {
        told.onError(made)
        return onOver()
      }
      socket = made
      exchange(made, request, told, (idleMs) => {
        // It may be somebody else's from now on.
        socket = undefined
        sockets.giveBack(made, idleMs)
        onOver()
      })
    })
  } catch (error) {
    told.onError(error as Error)
    process.nextTick(onOver)
  }
  return (reason) => {
    told.onError(reason)
    giveUp?.()
    socket?.destroy()
  }
}

/** As a receiver is promised: nothing after the end. */
function once({ onSent, onHead, onData, onEnd, onError }: Receiver): Receiver {
  let isOver = false
  const end = (tell: () => void) => {
    if (isOver) return
    isOver = true
    tell()
  }
  return {
    onSent: () => void (isOver || onSent()),
    onHead: (status, headers) => void (isOver || onHead(status, headers)),
    onData: (chunk) => void (isOver || onData(chunk)),
    onEnd: () => end(onEnd),
    onError: (error) => end(() => onError(error)),
  }
}
