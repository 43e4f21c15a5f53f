/** The calling side of synckit: waits for a worker, at most until the deadline, whatever becomes of it. */
import { join } from 'node:path'
import { startWorkerThread } from 'synckit'
import { LockerError } from '../errors.ts'
import type { LineSink, LogLevel } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import type { Fetched, FetchRequest } from '../vault/fetch.ts'
import { openReply } from './protocol.ts'
import { failureOfWorker } from './worker-failure.ts'
import { stopLatestWorker } from './worker-threads.ts'

/** How long after its own deadline a worker may still answer: its error says more than ours. */
export const GRACE_MS = 500

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
    return openReply<Fetched>(callWorker('register-worker.cjs', call, remainingMs + GRACE_MS), sink)
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

function callWorker(file: string, argument: string, timeoutMs: number): string {
  // Every option is named: synckit would read the ones left out from SYNCKIT_* variables.
  const call = startWorkerThread<(argument: string) => Promise<string>>(join(__dirname, file), {
    timeout: timeoutMs,
    execArgv: [],
    globalShims: false,
    transferList: [],
  })
  return call(argument)
}
