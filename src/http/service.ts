/** The service as typed calls: one transport, its retries, its errors. */
import type { Connection } from '../config/config.ts'
import type { LockerError } from '../errors.ts'
import { type Logger, name } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import type { Decoder } from '../wire/decode.ts'
import { type Deadline, wait } from './deadline.ts'
import type { Endpoint } from './endpoints.ts'
import {
  type FailureContext,
  failureOfAnswer,
  failureOfBody,
  failureOfDeadline,
  type SettingNames,
} from './failure.ts'
import { failureOfNetwork } from './network-failure.ts'
import { planRetry } from './retry.ts'
import { type Answer, createTransport } from './transport.ts'

/** What a client of the service is made from. */
export interface ServiceOptions {
  readonly connection: Connection
  /** The bearer token. */
  readonly accessKeyId: string
  readonly settings: SettingNames
  readonly logger: Logger
}

/** A client of the service. Both calls throw the errors of `failure.ts`, or the caller's own reason to cancel. */
export interface Service {
  readonly apiBase: string
  /** Tried again as `retry.ts` says, inside the deadline. */
  read<T>(endpoint: Endpoint, decode: Decoder<T>, deadline: Deadline): Promise<T>
  /** Sent once: nobody can know whether a write that failed was carried out. */
  write<T>(endpoint: Endpoint, body: object, decode: Decoder<T>, deadline: Deadline): Promise<T>
  /** Closes every connection. */
  close(): void
}

/**
 * @throws LockerError `locker_error` when `caFile` can't be read or a proxy's address isn't a URL
 */
export function createService(options: ServiceOptions): Service {
  const { connection, accessKeyId, settings, logger } = options
  const transport = createTransport(connection, accessKeyId)
  const credentials = [accessKeyId, ...Object.values(connection.headers)].filter((text) => text !== '')
  // Longest first: one that begins another must not leave the other's end behind.
  credentials.sort((a, b) => b.length - a.length)
  const context: FailureContext = { apiBase: connection.apiBase, settings, credentials }

  const exchange = async <T>(
    endpoint: Endpoint,
    decode: Decoder<T>,
    deadline: Deadline,
    body?: string,
  ): Promise<T> => {
    const startedMs = monotonicMs()
    const answer = await transport.send(endpoint, deadline.signal, body)
    const tookMs = Math.round(monotonicMs() - startedMs)
    logger.debug`${name(endpoint.method)} ${name(endpoint.path)} answered ${answer.status} in ${tookMs} ms`
    if (!isSuccess(endpoint, answer)) throw failureOfAnswer(answer, endpoint, context)
    return decode(parseBody(answer, endpoint, context), 'answer')
  }

  const explain = (error: unknown, endpoint: Endpoint, deadline: Deadline, last?: LockerError): unknown => {
    if (deadline.isOver()) {
      const { timeoutMs, limit = settings.timeoutMs } = deadline
      const decided = { ...context, settings: { ...settings, timeoutMs: limit } }
      return failureOfDeadline(timeoutMs, decided, last)
    }
    return deadline.signal.aborted ? deadline.signal.reason : failureOfNetwork(error, endpoint, context)
  }

  const read = async <T>(endpoint: Endpoint, decode: Decoder<T>, deadline: Deadline): Promise<T> => {
    let last: LockerError | undefined
    for (let attempt = 1; ; attempt++) {
      try {
        return await exchange(endpoint, decode, deadline)
      } catch (error) {
        if (deadline.signal.aborted) throw explain(error, endpoint, deadline, last)
        last = failureOfNetwork(error, endpoint, context)
        const delayMs = planRetry({
          failure: last,
          attempt,
          remainingMs: deadline.remainingMs(),
          random: Math.random(),
        })
        if (delayMs === undefined) throw last
        logger.debug`${name(last.code)}: next try of ${name(endpoint.path)} in ${Math.round(delayMs)} ms`
        await wait(delayMs, deadline.signal).catch((reason) => {
          throw explain(reason, endpoint, deadline, last)
        })
      }
    }
  }

  const write = async <T>(
    endpoint: Endpoint,
    body: object,
    decode: Decoder<T>,
    deadline: Deadline,
  ): Promise<T> => {
    try {
      return await exchange(endpoint, decode, deadline, JSON.stringify(body))
    } catch (error) {
      throw explain(error, endpoint, deadline)
    }
  }

  return { apiBase: connection.apiBase, read, write, close: transport.close }
}

/** GET and PUT answer exactly 200, POST 201 or 200. protocol: section 3 */
function isSuccess({ method }: Endpoint, { status }: Answer): boolean {
  return status === 200 || (method === 'POST' && status === 201)
}

function parseBody(answer: Answer, endpoint: Endpoint, context: FailureContext): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'))
  } catch {
    throw failureOfBody(answer, endpoint, context)
  }
}
