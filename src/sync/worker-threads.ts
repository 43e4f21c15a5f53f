/** `node:worker_threads` as synckit sees it, on both sides: the build puts this in its place. */
import { type Worker as NodeWorker, workerData as ownData, type WorkerOptions } from 'node:worker_threads'
import type { EarlyWorker } from './early.ts'
import { type OwnWorker, openWorker, type WorkerData } from './own-worker.ts'
import type { SharedCode } from './shared-code.ts'

export { MessageChannel, parentPort, receiveMessageOnPort } from 'node:worker_threads'

/** In a worker, what synckit has told it: nothing until then. */
export let workerData: unknown = ownData?.port === undefined ? ownData : undefined

/** For a worker: calls back when synckit's part of {@link workerData} is there. */
export function whenTold(callback: () => void): void {
  const { port } = ownData as WorkerData
  if (port === undefined) callback()
  port?.once('message', (told: object) => {
    workerData = told
    port.close()
    callback()
  })
}

let latest: OwnWorker | undefined
let adopted: EarlyWorker | undefined

/** Ends the worker that was started last: one that failed to answer might spin on beside the application. */
export function stopLatestWorker(): void {
  // It settles when the worker is gone, and never fails.
  void latest?.worker.terminate()
  latest = undefined
}

/** @returns whether the worker that was started last can be called, as far as this thread has heard */
export function hasWorker(): boolean {
  return latest !== undefined
}

/** @returns where the worker that was started last looks for code before it compiles any */
export function codeOfLatestWorker(): SharedCode | undefined {
  return latest?.code
}

/** Instead of starting its next worker, synckit gets this one. */
export function adopt(early: EarlyWorker): void {
  adopted = early
}

/** What synckit calls with `new`. It names its worker's options itself; these must not be what it chooses. */
function openForSynckit(file: string | URL, options: WorkerOptions): NodeWorker {
  const own = takeEarly(options) ?? openWorker(file, options.workerData, options.transferList)
  own.worker.on('exit', () => {
    if (latest === own) latest = undefined
  })
  latest = own
  return own.worker
}

export { openForSynckit as Worker }

function takeEarly({ workerData, transferList }: WorkerOptions): OwnWorker | undefined {
  const early = adopted
  adopted = undefined
  early?.port.postMessage(workerData, transferList)
  return early
}
