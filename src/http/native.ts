/**
 * Connections by Node's own client, which is compiled into Node and parses without WebAssembly: a cold `--import` takes
 * 5 of 70 ms less than with undici, and a waiting locker-run 5 MB less on Node 20. But whoever ran before us in this
 * process may have replaced it, or listen to it, and would be shown the access key id: only for where nobody did.
 */
import {
  type ClientRequest,
  request as startRequest,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http'
import {
  type Cancel,
  type Connections,
  MAX_CONNECTIONS,
  type OpenConnections,
  type Outgoing,
  type Receiver,
} from './connections.ts'
import { createSockets, type Sockets } from './native-sockets.ts'
import { openProxied } from './proxied.ts'
import { createQueue } from './queue.ts'
import { prepareTrust, type Trust } from './trust.ts'

/** What Node's command line could change, and must not. */
const PARSING = { insecureHTTPParser: false, maxHeaderSize: 16_384 }

/** As {@link OpenConnections} has it. */
export const openNative: OpenConnections = (connection, origin) => {
  const loadTrust = prepareTrust(connection)
  return openProxied(connection, origin, loadTrust) ?? openDirect(new URL(origin), loadTrust)
}

function openDirect(origin: URL, loadTrust: () => Trust): Connections {
  const sockets = createSockets(origin, loadTrust)
  // Not the agent's own, which asks on when it is destroyed, and does not count what is still connecting.
  const queue = createQueue(MAX_CONNECTIONS)
  const cancels = new Set<Cancel>()
  return {
    send: (request, receiver) => {
      let cancelSent: Cancel | undefined
      const leave = queue.enter((end) => {
        cancelSent = start(sockets, request, receiver, () => {
          cancels.delete(cancel)
          // When its connection can be used again.
          setImmediate(end)
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
function start(sockets: Sockets, outgoing: Outgoing, receiver: Receiver, onOver: () => void): Cancel {
  const { onSent, onHead, onData, onEnd, onError } = once(receiver)
  let sent: ClientRequest | undefined
  const target = sockets.aim()
  try {
    const headers = Object.entries(outgoing.headers)
    // Here, where nothing is connected yet.
    for (const [name, value] of headers) {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    }
    const { method, path, body } = outgoing
    sent = startRequest({ ...PARSING, ...target.options, method, path })
    let isAnswered = false
    // Such as when an answer wants another protocol: Node hangs up, and says no more.
    const hangUp = () => onError(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    sent.once('close', () => {
      if (!isAnswered) hangUp()
      onOver()
    })
    sent.on('error', onError)
    // Handed to the system, and no sooner: while a server is connected to, there is other work.
    sent.once('finish', onSent)
    sent.once('response', (answer) => {
      isAnswered = true
      onHead(answer.statusCode ?? 0, answer.headers)
      answer.on('data', onData).once('end', onEnd).on('error', onError).once('close', hangUp)
    })
    // Not with the rest, which NODE_DEBUG=http has Node print.
    for (const [name, value] of headers) sent.setHeader(name, value)
    sent.end(body)
  } catch (error) {
    onError(error as Error)
    if (sent === undefined) process.nextTick(onOver)
    else sent.destroy()
  }
  return (reason) => {
    onError(reason)
    sent?.destroy(reason)
    // A request knows of its connection only once that is there.
    target.giveUp()
  }
}

/** As a receiver is promised: nothing after the end. Node tells of an error what it has told of an answer before. */
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
