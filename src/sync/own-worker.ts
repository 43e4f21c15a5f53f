/** Worker threads of ours. One inherits nothing, and can hurt nobody. */
import { type MessagePort, type Transferable, Worker } from 'node:worker_threads'
import { createSharedCode, type SharedCode } from './shared-code.ts'

/** What a worker of ours is told as it starts. */
export interface WorkerData {
  /** Where it looks for code before it compiles any. */
  readonly code: SharedCode
  /** Where synckit's own part of this is going to come from; left out: it is here already. */
  readonly port?: MessagePort
}

export interface OwnWorker {
  readonly worker: Worker
  readonly code: SharedCode
}

/**
 * @param file a bundle
 * @param data what else the worker finds in its `workerData`
 * @throws what Node throws where it allows no workers
 */
export function openWorker(
  file: string | URL,
  data: object,
  transferList: readonly Transferable[] = [],
): OwnWorker {
  const code = createSharedCode()
  const worker = new Worker(file, {
    workerData: { ...data, code } satisfies WorkerData,
    transferList: [...transferList],
    // No NODE_OPTIONS and no -r: the user's preloads, this one among them, must not run again in here.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  // What is written there in spite of synckit, which sends it along, is lost: to lead it into the process's own streams takes
  // 1.4 ms, half of it when that has finished. Unread, a single line would keep the process alive for ever.
  for (const stream of [worker.stdout, worker.stderr]) stream.destroy()
  // A worker that dies late (out of memory, say) has already been reported as a failed call. Without a
  // listener its 'error' event would kill the application.
  worker.on('error', () => {})
  return { worker, code }
}
