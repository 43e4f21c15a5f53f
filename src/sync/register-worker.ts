/** The worker behind register: one load, one answer, and then it is done. */
import { parentPort } from 'node:worker_threads'
import { runAsWorker } from 'synckit'
import { createLogger, type LogLevel } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import type { FetchRequest } from '../vault/fetch.ts'
import { replyTo } from './protocol.ts'
import { giveFetchBack, receiveFetch } from './shared-fetch.ts'
import { whenTold } from './worker-threads.ts'

/** What register asks its worker. */
export interface WorkerCall {
  readonly request: FetchRequest
  readonly logLevel: LogLevel
  /** On the clock that all threads share: {@link monotonicMs}. */
  readonly calledAtMs: number
}

whenTold(() => runAsWorker(answer))

// While the calling side finds out what to ask. Should it fail, it fails again where that can be told.
try {
  receiveFetch()
} catch {}

async function answer(text: string): Promise<string> {
  const { request, logLevel, calledAtMs }: WorkerCall = JSON.parse(text)
  const lines: string[] = []
  const logger = createLogger(logLevel, (line) => lines.push(line))
  const reply = await replyTo(async () => {
    const { fetchProject } = receiveFetch()
    return fetchProject({ ...request, spentMs: (request.spentMs ?? 0) + monotonicMs() - calledAtMs }, logger)
  }, lines)
  // After the answer has gone out: a worker that nobody will ask again gives back 6 to 9 MB.
  setImmediate(() => {
    giveFetchBack()
    parentPort?.close()
  })
  return reply
}
