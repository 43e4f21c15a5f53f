/** undici, the wire and the fetch, compiled once for both threads: see `shared-code.ts`. */
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { requireFetch } from '../deferred.ts'
import { keepLater } from '../keep-code.ts'
import { isKept } from '../kept-code.ts'
import type { WorkerData } from './own-worker.ts'
import { requireShared, type SharedBundle, shareCode } from './shared-code.ts'
import { codeOfLatestWorker } from './worker-threads.ts'

type Fetch = ReturnType<typeof requireFetch>

/** The path that `deferred.ts` means. */
const FILE = join(__dirname, 'fetch.cjs')

let keep: (() => void) | undefined
let fetch: SharedBundle<Fetch> | undefined

/**
 * For the thread that waits, as soon as its worker has been started. Never fails: what can't be shared, the worker compiles.
 *
 * @param isBusy whether that thread has something better to do than to compile
 */
export function shareFetch(isBusy = false): void {
  const code = codeOfLatestWorker()
  try {
    if (code !== undefined && !(isBusy && !isKept(FILE))) keep = shareCode(code, FILE)
  } catch {
    // Such as no memory, or a Node whose own file is gone.
  }
}

/** For that thread, when its worker has answered. */
export function keepFetch(): void {
  if (keep !== undefined) keepLater(keep)
  keep = undefined
}

/** For the worker, in place of {@link requireFetch}. */
export function receiveFetch(): Fetch {
  fetch ??= requireShared<Fetch>((workerData as WorkerData).code, FILE, require) ?? {
    exports: requireFetch(),
    giveBack: () => {},
  }
  return fetch.exports
}

/** For the worker, when it has answered. */
export function giveFetchBack(): void {
  fetch?.giveBack()
}
