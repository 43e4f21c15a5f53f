/** Connections that a dispatcher of undici's holds. */
import type { Dispatcher } from 'undici'
import { LockerError } from '../errors.ts'
import { type Connections, MAX_CONNECTIONS } from './connections.ts'
import { warmParser } from './parser.ts'

/** The one deadline over everything is kept by the caller; limits here would only cut it short. */
export const LIMITS = { connections: MAX_CONNECTIONS, headersTimeout: 0, bodyTimeout: 0, allowH2: false }

/**
 * @param dispatcher of {@link LIMITS}
 * @param origin where to
 * @param closeConnecting ends what `destroy` lets be: sockets that are still connecting
 * @throws LockerError `locker_error` when Node runs without WebAssembly
 */
export function connectBy(dispatcher: Dispatcher, origin: string, closeConnecting: () => void): Connections {
  // undici's parser is made of it: without this line, every request would look like a broken network.
  if (!('WebAssembly' in globalThis)) throw new LockerError(NO_WEB_ASSEMBLY)
  return {
    prepareForAnswers: warmParser,
    send: ({ body = null, ...request }, receiver) => {
      let controller: Dispatcher.DispatchController | undefined
      let given: Error | undefined
      dispatcher.dispatch(
        { origin, ...request, body },
        {
          onRequestStart: (started) => {
            controller = started
            receiver.onSent()
            // While it was connecting there was nothing to abort.
            if (given !== undefined) started.abort(given)
          },
          onResponseStart: (_, status, headers) => receiver.onHead(status, headers),
          onResponseData: (_, chunk) => receiver.onData(chunk),
          onResponseEnd: () => receiver.onEnd(),
          onResponseError: (_, error) => receiver.onError(error),
        },
      )
      return (reason) => {
        given = reason
        controller?.abort(reason)
      }
    },
    close: () => {
      // Nobody is left to hear how the connections ended.
      dispatcher.destroy().catch(() => {})
      closeConnecting()
    },
  }
}

const NO_WEB_ASSEMBLY =
  'Node runs without WebAssembly, and so without HTTP: start it without --jitless, or use a sealed snapshot (LOCKER_SNAPSHOT)'
