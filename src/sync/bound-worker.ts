/** A worker of ours by synckit, whose time limit is each call's own. */
import { join } from 'node:path'
import { startWorkerThread } from 'synckit'

/** Blocks this thread until the worker has answered, or time is up. */
export type CallWorker = (text: string, timeoutMs: number) => string

/**
 * @param file a bundle beside this one
 * @returns how to call it. It starts at once, and each call throws what synckit throws
 */
export function startBoundWorker(file: string): CallWorker {
  // synckit is told a worker's time limit once, and reads it as a number at each call: this one may change.
  const bound = {
    timeoutMs: 0,
    valueOf(): number {
      return this.timeoutMs
    },
  }
  // Every option is named: synckit would read the ones left out from SYNCKIT_* variables.
  const call = startWorkerThread<(text: string) => Promise<string>>(join(__dirname, file), {
    timeout: bound as unknown as number,
    execArgv: [],
    globalShims: false,
    transferList: [],
  })
  return (text, timeoutMs) => {
    bound.timeoutMs = timeoutMs
    return call(text)
  }
}
