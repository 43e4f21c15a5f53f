/**
 * Starts the worker before it is known what to ask it, and before synckit is loaded: on Node 20 it takes 20 ms to come up,
 * on 24 25, in which this thread can find that out. A bundle of its own: whatever is loaded first keeps the worker waiting.
 */
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { EARLY_LOCK, EARLY_PATIENCE_MS } from '../vault/early-lock.ts'
import { preparePrivateFolder } from '../vault/private-file.ts'
import { enterFlight, type Flight } from '../vault/single-flight.ts'
import { type OwnWorker, openWorker } from './own-worker.ts'

/** The bundle of the worker behind register. */
export const WORKER = 'register-worker.cjs'

/** A worker that has not been told anything. */
export interface EarlyWorker extends OwnWorker {
  /** Where it waits for what synckit tells a worker as it starts. */
  readonly port: MessagePort
}

/** A start that has its worker, or would have. */
export interface EarlyStart {
  /** Undefined: none can be had, which the call will tell. */
  readonly worker: EarlyWorker | undefined
  /** Makes way for others: to be called when the start is over. Again does no harm. */
  end(): void
}

/**
 * One start at a time: of 200 that begin together one will ask, and 200 idle workers take 13 s on two cores.
 *
 * @param folder the cache's; false: there is none, so each start asks anyway
 * @returns undefined: another start is at it
 */
export function startEarly(folder: string | false): EarlyStart | undefined {
  const flight = folder === false ? ALONE : enterEarly(folder)
  if (flight.kind !== 'ours') return undefined
  return { worker: tryWorker(), end: flight.release }
}

const ALONE: Flight = { kind: 'ours', release: () => {} }

function enterEarly(folder: string): Flight {
  if (preparePrivateFolder(folder) !== undefined) return { kind: 'theirs' }
  return enterFlight(join(folder, EARLY_LOCK), Date.now(), EARLY_PATIENCE_MS)
}

function tryWorker(): EarlyWorker | undefined {
  try {
    const { port1, port2 } = new MessageChannel()
    const own = openWorker(join(__dirname, WORKER), { port: port2 }, [port2])
    own.worker.unref()
    return { ...own, port: port1 }
  } catch {
    // Such as a Node that allows no workers.
    return undefined
  }
}
