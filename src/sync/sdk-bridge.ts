/**
 * The SDK's calling side of synckit: one worker for all calls of this thread, which keeps its connections, so that a
 * call costs a round trip. It keeps no process alive, and is replaced when it fails.
 */
import type { LineSink } from '../logger.ts'
import type { Answer } from '../vault/question.ts'
import { type CallWorker, startBoundWorker } from './bound-worker.ts'
import { GRACE_MS } from './bridge.ts'
import { openReply } from './protocol.ts'
import type { SdkRequest } from './sdk-worker.ts'
import { keepFetch, shareFetch } from './shared-fetch.ts'
import { failureOfWorker } from './worker-failure.ts'
import { hasWorker, stopLatestWorker } from './worker-threads.ts'

/** What a worker may take to start, on a busy machine: its own deadline begins after that. */
const START_MS = 2000

let callWorker: CallWorker | undefined

/**
 * Blocks this thread until the answers are there.
 *
 * @param sink where the worker's lines go
 * @throws CliRunError `cli_error` when the worker can't start or dies, APIConnectionError when it doesn't answer
 *   in time, else as the client's `ask`
 */
export function askSync(request: SdkRequest, sink: LineSink): readonly Answer[] {
  const isStarted = callWorker !== undefined && hasWorker()
  const { timeoutMs, spentMs, limit = request.client.settings.timeoutMs } = request.time
  const waitMs = timeoutMs - spentMs + GRACE_MS + (isStarted ? 0 : START_MS)
  let text: string
  try {
    if (callWorker === undefined || !isStarted) {
      callWorker = startBoundWorker('sdk-worker.cjs')
      shareFetch()
    }
    text = callWorker(JSON.stringify(request), waitMs)
    keepFetch()
  } catch (error) {
    // Whatever it is doing, its answer would be nobody's.
    stopLatestWorker()
    throw failureOfWorker(
      error,
      `${timeoutMs} ms (${limit})`,
      'use the method that returns a promise, which needs no worker',
    )
  }
  return openReply<readonly Answer[]>(text, sink)
}
