/** The calling side of synckit: waits for a worker, at most until the deadline, whatever becomes of it. */
import { join } from 'node:path'
import { LockerError } from '../errors.ts'
import { parseAuthorities } from '../http/authorities.ts'
import type { LineSink, LogLevel } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import { EARLY_LOCK, EARLY_PATIENCE_MS } from '../vault/early-lock.ts'
import type { Fetched, FetchRequest } from '../vault/fetch.ts'
import { preparePrivateFolder } from '../vault/private-file.ts'
import { enterFlight, type Flight } from '../vault/single-flight.ts'
import { type CallWorker, startBoundWorker } from './bound-worker.ts'
import { openReply } from './protocol.ts'
import { failureOfWorker } from './worker-failure.ts'
import { shareFetch } from './shared-fetch.ts'
import { stopLatestWorker } from './worker-threads.ts'

const WORKER = 'register-worker.cjs'

/** How long after its own deadline a worker may still answer: its error says more than ours. */
export const GRACE_MS = 500

let early: CallWorker | undefined

/**
 * Starts the worker before it is known what to ask it: on Node 20 it takes 28 ms to come up, in which this thread can find
 * that out. One start at a time: of 200 that begin together one will ask, and 200 idle workers take 13 s on two cores.
 *
 * @param folder the cache's; false: there is none, so each start asks anyway
 * @returns ends what was not needed, and makes way for others: to be called when the start is over, and again does no
 *   harm; undefined: another start is at it, or no worker can be had, which the call will tell
 */
export function startEarly(folder: string | false): (() => void) | undefined {
  const flight = folder === false ? ALONE : enterEarly(folder)
  if (flight.kind !== 'ours') return undefined
  try {
    early = startBoundWorker(WORKER)
  } catch {
    // Such as a Node that allows no workers.
  }
  return () => {
    if (early !== undefined) stopLatestWorker()
    early = undefined
    flight.release()
  }
}

const ALONE: Flight = { kind: 'ours', release: () => {} }

function enterEarly(folder: string): Flight {
  if (preparePrivateFolder(folder) !== undefined) return { kind: 'theirs' }
  return enterFlight(join(folder, EARLY_LOCK), Date.now(), EARLY_PATIENCE_MS)
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
    const callWorker = early ?? startBoundWorker(WORKER)
    early = undefined
    shareFetch()
    parseAuthorities(request.connection)
    meanwhile()
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
