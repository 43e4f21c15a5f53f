/**
 * Connections by Node's own client, which is compiled into Node and parses without WebAssembly: a cold `--import` takes
 * 5 of 70 ms less than with undici, and a waiting locker-run 5 MB less on Node 20. But whoever ran before us in this
 * process may have replaced it, or listen to it, and would be shown the access key id: only for where nobody did.
 */
import {
  type ClientRequest,
  type RequestOptions,
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
import { createSockets } from './native-sockets.ts'
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
  const target = { ...PARSING, ...sockets.target }
  // Not the agent's own, which asks on when it is destroyed, and does not count what is still connecting.
  const queue = createQueue(MAX_CONNECTIONS)
  const cancels = new Set<Cancel>()
  return {
    send: (request, receiver) => {
      let sent: ClientRequest | undefined
      const leave = queue.enter((end) => {
        const isOver = () => {
          cancels.delete(cancel)
          // When its connection can be used again.
          setImmediate(end)
        }
        try {
          sent = start(target, request, receiver).once('close', isOver)
        } catch (error) {
          // Such as a header that can't be sent.
          receiver.onError(error as Error)
          process.nextTick(isOver)
        }
      })
      const cancel = (reason: Error) => {
        cancels.delete(cancel)
        if (leave()) receiver.onError(reason)
        else sent?.destroy(reason)
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

function start(target: RequestOptions, outgoing: Outgoing, receiver: Receiver): ClientRequest {
  const { method, path, body } = outgoing
  const headers = Object.entries(outgoing.headers)
  // Here, where nothing is connected yet.
  for (const [name, value] of headers) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  const sent = startRequest({ ...target, method, path })
  sent.on('error', receiver.onError)
  // Not with the rest, which NODE_DEBUG=http has Node print.
  for (const [name, value] of headers) sent.setHeader(name, value)
  // Handed to the system, and no sooner: while a server is connected to, there is other work.
  sent.once('finish', receiver.onSent)
  sent.once('response', (answer) => {
    receiver.onHead(answer.statusCode ?? 0, answer.headers)
    answer.on('data', receiver.onData).once('end', receiver.onEnd).on('error', receiver.onError)
  })
  return sent.end(body)
}
