/** The calling side of synckit: waits for a worker, at most until the deadline, whatever becomes of it. */

import type { Connection } from '../config/config.ts'
import { LockerError } from '../errors.ts'
import { isLongParsing, parseAuthorities } from '../http/authorities.ts'
import type { LineSink, LogLevel } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import type { Fetched, FetchRequest } from '../vault/fetch.ts'
import { type CallWorker, startBoundWorker } from './bound-worker.ts'
import { type EarlyWorker, WORKER } from './early.ts'
import { openReply } from './protocol.ts'
import { keepFetch, shareFetch } from './shared-fetch.ts'
import { failureOfWorker } from './worker-failure.ts'
import { adopt, stopLatestWorker } from './worker-threads.ts'

/** How long after its own deadline a worker may still answer: its error says more than ours. */
export const GRACE_MS = 500

let early: CallWorker | undefined

/**
 * The next call goes to this worker, which is coming up already.
 *
 * @param apiBase as far as it is known
 */
export function useEarly(worker: EarlyWorker, apiBase: string | undefined): void {
  adopt(worker)
  try {
    early = startBoundWorker(WORKER)
    // Beside that, both would be late: a cold start by https would take 6 ms more on Node 20.
    shareFetch(isLongParsing(apiBase))
  } catch {
    // It fails again for the call, where that can be told.
  }
}

/** Ends the worker of {@link useEarly} that no call went to. */
export function endEarly(): void {
  if (early !== undefined) stopLatestWorker()
  early = undefined
}

/**
 * Blocks this thread until the snapshot is there.
 *
 * @param request whose secrets, from where
 * @param logLevel what the worker's logger keeps
 * @param sink where the worker's lines go
 * @param meanwhile done while the worker comes up
 * @throws CliRunError `cli_error` when the worker can't start or dies, APIConnectionError when it doesn't answer
 *   in time, else as `fetchProject`
 */
export function fetchProjectSync(
  request: FetchRequest,
  logLevel: LogLevel,
  sink: LineSink,
  meanwhile: () => void = () => {},
): Fetched {
  const call = JSON.stringify({ request, logLevel, calledAtMs: monotonicMs() })
  const remainingMs = request.connection.timeoutMs - (request.spentMs ?? 0)
  try {
    const callWorker = takeWorker(request.connection)
    meanwhile()
    const reply = callWorker(call, remainingMs + GRACE_MS)
    keepFetch()
    return openReply<Fetched>(reply, sink)
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

/** @returns the worker that is coming up, or a new one; what it needs first is got ready meanwhile */
function takeWorker(connection: Connection): CallWorker {
  const begun = early
  early = undefined
  const callWorker = begun ?? startBoundWorker(WORKER)
  parseAuthorities(connection.apiBase)
  if (begun === undefined) shareFetch()
  return callWorker
}
