/** The worker behind the SDK's blocking calls: stays, and keeps its connections between them. */
import { runAsWorker } from 'synckit'
import type { ServiceOptions } from '../http/service.ts'
import { createLogger, type LogLevel } from '../logger.ts'
import type { Client } from '../vault/client.ts'
import type { Question, TimeLimit } from '../vault/question.ts'
import { replyTo } from './protocol.ts'
import { giveFetchBack, receiveFetch } from './shared-fetch.ts'

/** Whom to ask, as whom. Plain data, without a secret access key. */
export type ClientOptions = Omit<ServiceOptions, 'logger'>

/** One call. */
export interface SdkRequest {
  readonly client: ClientOptions
  readonly questions: readonly Question[]
  readonly time: TimeLimit
  readonly logLevel: LogLevel
}

/** Lockers whose connections are kept; the one that was used least recently gives way. */
const MAX_CLIENTS = 16

const clients = new Map<string, Client>()
/** What the call at hand has to say: there is only one at a time, since its caller is blocked. */
let lines: string[] = []

runAsWorker(async (text: string): Promise<string> => {
  const { client, questions, time, logLevel }: SdkRequest = JSON.parse(text)
  lines = []
  const reply = await replyTo(async () => keepClient(client, logLevel).ask(questions, time), lines)
  setImmediate(giveFetchBack)
  return reply
})

function keepClient(options: ClientOptions, logLevel: LogLevel): Client {
  const key = JSON.stringify([options, logLevel])
  const logger = createLogger(logLevel, (line) => lines.push(line))
  const client = clients.get(key) ?? receiveFetch().openClient({ ...options, logger })
  clients.delete(key)
  clients.set(key, client)
  const [oldest] = clients
  if (clients.size > MAX_CLIENTS && oldest !== undefined) {
    clients.delete(oldest[0])
    oldest[1].close()
  }
  return client
}
