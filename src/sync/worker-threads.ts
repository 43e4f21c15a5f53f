/**
 * `node:worker_threads` as synckit sees it: the build puts this in its place. A worker of ours inherits nothing
 * and can hurt nobody.
 */
import { Worker as NodeWorker, type WorkerOptions } from 'node:worker_threads'
import { createSharedCode, type SharedCode } from './shared-code.ts'

export { MessageChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'

let latest: NodeWorker | undefined
let latestCode: SharedCode | undefined

/** Ends the worker that was started last: one that failed to answer might spin on beside the application. */
export function stopLatestWorker(): void {
  // It settles when the worker is gone, and never fails.
  void latest?.terminate()
  latest = undefined
}

/** @returns where the worker that was started last looks for code before it compiles any */
export function codeOfLatestWorker(): SharedCode | undefined {
  return latestCode
}

/** @returns whether the worker that was started last can be called, as far as this thread has heard */
export function hasWorker(): boolean {
  return latest !== undefined
}

/** What a worker of ours finds, beside what synckit gives it. */
export interface WorkerData {
  readonly code: SharedCode
}

/** synckit names its worker's options itself; these must not be what it chooses. */
export class Worker extends NodeWorker {
  constructor(file: string | URL, options: WorkerOptions) {
    const code = createSharedCode()
    super(file, {
      ...options,
      workerData: { ...options.workerData, code } satisfies WorkerData,
      // No NODE_OPTIONS and no -r: the user's preloads, this one among them, must not run again in here.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    })
    // What is written there in spite of synckit, which sends it along, is lost: to lead it into the process's own streams takes
    // 1.4 ms, half of it when that has finished. Unread, a single line would keep the process alive for ever.
    for (const stream of [this.stdout, this.stderr]) stream.destroy()
    // A worker that dies late (out of memory, say) has already been reported as a failed call. Without a
    // listener its 'error' event would kill the application.
    this.on('error', () => {})
    this.on('exit', () => {
      if (latest === this) latest = undefined
    })
    latest = this
    latestCode = code
  }
}
