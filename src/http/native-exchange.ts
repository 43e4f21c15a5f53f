/** One request and its answer, over a socket that nobody else uses. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { createAnswerParser } from './answer-parser.ts'
import type { Receiver } from './connections.ts'

/** Connections that nobody uses are closed after this, or sooner if the server says so: what lies between forgets them. */
const MAX_IDLE_MS = 4000

/** What is left of an exchange. */
export interface Remains {
  /** For how long the connection may be kept, in ms; 0: not at all. */
  readonly idleMs: number
  /** Why not even the first byte of an answer came, which the receiver has not been told. */
  readonly unanswered?: Error
}

/**
 * @param request as it goes over the wire
 * @param receiver may be told more than once how it ended: the first is true
 * @param onOver called once, later, when nothing else is going to happen
 */
export function exchange(
  socket: Socket,
  request: Buffer,
  { onSent, onHead, onData, onEnd, onError }: Receiver,
  onOver: (remains: Remains) => void,
): void {
  let idleMs = 0
  let isAnswered = false
  let failure: Error | undefined
  const parser = createAnswerParser({
    onHead: (status, headers) => {
      idleMs = idleTimeOf(headers)
      onHead(status, headers)
    },
    onData,
    onEnd: (mayStay) => {
      // A server may answer before it has heard all: what it has not heard would be in the way of the next request.
      if (mayStay && idleMs > 0 && socket.writableLength === 0) leave({ idleMs })
      else socket.destroy()
      onEnd()
    },
  })
  const fail = (error: Error) => {
    failure ??= error
    socket.destroy()
  }
  const read = (chunk: Buffer) => {
    isAnswered = true
    try {
      parser.parse(chunk)
    } catch (error) {
      fail(error as Error)
    }
  }
  // Whoever has no more to say does not listen for long, and Node would wait for the rest of a request to be taken.
  const finish = () => {
    parser.end()
    socket.destroy()
  }
  const hangUp = () => {
    const error = failure ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' })
    if (isAnswered) onError(error)
    leave(isAnswered ? { idleMs: 0 } : { idleMs: 0, unanswered: error })
  }
  const leave = (remains: Remains) => {
    socket.off('data', read).off('end', finish).off('error', fail).off('close', hangUp)
    onOver(remains)
  }
  socket.on('data', read).on('end', finish).on('error', fail).on('close', hangUp)
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
