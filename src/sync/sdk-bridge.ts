/**
 * The SDK's calling side of synckit: one worker for all calls of this thread, which keeps its connections, so that a
 * call costs a round trip. It keeps no process alive, and is replaced when it fails.
 */
import { join } from 'node:path'
import { startWorkerThread } from 'synckit'
import type { LineSink } from '../logger.ts'
import type { Answer } from '../vault/question.ts'
import { GRACE_MS } from './bridge.ts'
import { openReply } from './protocol.ts'
import type { SdkRequest } from './sdk-worker.ts'
import { failureOfWorker } from './worker-failure.ts'
import { hasWorker, stopLatestWorker } from './worker-threads.ts'

/** What a worker may take to start, on a busy machine: its own deadline begins after that. */
const START_MS = 2000

/** synckit is told a worker's time limit once, and reads it as a number at each call: this one may change. */
const bound = {
  timeoutMs: 0,
  valueOf(): number {
    return this.timeoutMs
  },
}

let callWorker: ((text: string) => string) | undefined

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
  bound.timeoutMs = timeoutMs - spentMs + GRACE_MS + (isStarted ? 0 : START_MS)
  let text: string
  try {
    if (callWorker === undefined || !isStarted) callWorker = startWorker()
    text = callWorker(JSON.stringify(request))
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

function startWorker(): (text: string) => string {
  // Every option is named: synckit would read the ones left out from SYNCKIT_* variables.
  return startWorkerThread<(text: string) => Promise<string>>(join(__dirname, 'sdk-worker.cjs'), {
    timeout: bound as unknown as number,
    execArgv: [],
    globalShims: false,
    transferList: [],
  })
}
