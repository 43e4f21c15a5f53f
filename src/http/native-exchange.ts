/** One request and its answer, over a socket that nobody else uses. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { createAnswerParser } from './answer-parser.ts'
import type { Receiver } from './connections.ts'

/** Connections that nobody uses are closed after this, or sooner if the server says so: what lies between forgets them. */
const MAX_IDLE_MS = 4000

/**
 * @param request as it goes over the wire
 * @param receiver may be told more than once how it ended: the first is true
 * @param onOver called once, later, when nothing is left of the exchange, with how long the connection may be kept in ms; 0: not
 *   at all
 */
export function exchange(
  socket: Socket,
  request: Buffer,
  { onSent, onHead, onData, onEnd, onError }: Receiver,
  onOver: (idleMs: number) => void,
): void {
  let idleMs = 0
  const parser = createAnswerParser({
    onHead: (status, headers) => {
      idleMs = idleTimeOf(headers)
      onHead(status, headers)
    },
    onData,
    onEnd: (mayStay) => {
      if (mayStay && idleMs > 0) leave(idleMs)
      else socket.destroy()
      onEnd()
    },
  })
  const read = (chunk: Buffer) => {
    try {
      parser.parse(chunk)
    } catch (error) {
      onError(error as Error)
      socket.destroy()
    }
  }
  const hangUp = () => {
    onError(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    leave(0)
  }
  const leave = (keptMs: number) => {
    socket.off('data', read).off('end', parser.end).off('error', onError).off('close', hangUp)
    onOver(keptMs)
  }
  socket.on('data', read).on('end', parser.end).on('error', onError).on('close', hangUp)
  // Handed to the system, and no sooner: while a server is connected to, there is other work.
  socket.write(request, (error) => {
    if (!error) onSent()
  })
}

/** `Keep-Alive: timeout=5`: a second less, so that we are not about to ask when it hangs up. */
function idleTimeOf(headers: IncomingHttpHeaders): number {
  const [, seconds] = /\btimeout=(\d{1,9})/i.exec(String(headers['keep-alive'] ?? '')) ?? []
  const saidMs = seconds === undefined ? MAX_IDLE_MS : (Number(seconds) - 1) * 1000
  return Math.max(0, Math.min(MAX_IDLE_MS, saidMs))
}
