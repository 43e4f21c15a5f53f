/** The calling side of synckit: waits for a worker, at most until the deadline, whatever becomes of it. */
import { LockerError } from '../errors.ts'
import type { LineSink, LogLevel } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import type { Fetched, FetchRequest } from '../vault/fetch.ts'
import { type CallWorker, startBoundWorker } from './bound-worker.ts'
import { openReply } from './protocol.ts'
import { failureOfWorker } from './worker-failure.ts'
import { stopLatestWorker } from './worker-threads.ts'

const WORKER = 'register-worker.cjs'

/** How long after its own deadline a worker may still answer: its error says more than ours. */
export const GRACE_MS = 500

let early: CallWorker | undefined

/**
 * Starts the worker before it is known what to ask it, so that it is up by then: on Node 20 a worker takes 28 ms, in which
 * this thread can read its configuration.
 */
export function startEarly(): void {
  early = startBoundWorker(WORKER)
}

/** Ends what {@link startEarly} started, unless it was called. */
export function dismissEarly(): void {
  if (early !== undefined) stopLatestWorker()
  early = undefined
}

/**
 * Blocks this thread until the snapshot is there.
 *
 * @param request whose secrets, from where
 * @param logLevel what the worker's logger keeps
 * @param sink where the worker's lines go
 * @throws CliRunError `cli_error` when the worker can't start or dies, APIConnectionError when it doesn't answer
 *   in time, else as `fetchProject`
 */
export function fetchProjectSync(request: FetchRequest, logLevel: LogLevel, sink: LineSink): Fetched {
  const call = JSON.stringify({ request, logLevel, calledAtMs: monotonicMs() })
  const remainingMs = request.connection.timeoutMs - (request.spentMs ?? 0)
  try {
    const callWorker = early ?? startBoundWorker(WORKER)
    early = undefined
    return openReply<Fetched>(callWorker(call, remainingMs + GRACE_MS), sink)
  } catch (error) {
    if (error instanceof LockerError) throw error
    stopLatestWorker()
    throw failureOfWorker(
      error,
      `${request.connection.timeoutMs} ms (${request.settings.timeoutMs})`,
      'use --import, which needs no worker, instead of -r',
    )
  }
}
