/** undici, the wire and the fetch, compiled once for both threads: see `shared-code.ts`. */
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { requireFetch } from '../deferred.ts'
import type { WorkerData } from './own-worker.ts'
import { requireShared, shareCode } from './shared-code.ts'
import { codeOfLatestWorker } from './worker-threads.ts'

type Fetch = ReturnType<typeof requireFetch>

/** The path that `deferred.ts` means. */
const FILE = join(__dirname, 'fetch.cjs')

let fetch: Fetch | undefined

/** For the thread that waits, as soon as its worker has been started. */
export function shareFetch(): void {
  const code = codeOfLatestWorker()
  if (code !== undefined) shareCode(code, FILE)
}

/** For the worker, in place of {@link requireFetch}. */
export function receiveFetch(): Fetch {
  const { code } = workerData as WorkerData
  fetch ??= requireShared<Fetch>(code, FILE, require) ?? requireFetch()
  return fetch
}
