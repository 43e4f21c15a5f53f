/** The service as typed calls: one transport, its retries, its errors. */
import type { Connection } from '../config/config.ts'
import type { SettingNames } from '../config/origin.ts'
import type { LockerError } from '../errors.ts'
import { type Logger, name } from '../logger.ts'
import { monotonicMs } from '../monotonic.ts'
import type { Decoder } from '../wire/decode.ts'
import type { OpenConnections } from './connections.ts'
import { type Deadline, wait } from './deadline.ts'
import type { Endpoint } from './endpoints.ts'
import { type FailureContext, failureOfAnswer, failureOfBody, failureOfDeadline } from './failure.ts'
import { failureOfNetwork } from './network-failure.ts'
import { planRetry } from './retry.ts'
import { type Answer, createTransport, type Transport } from './transport.ts'

/** What a client of the service is made from. */
export interface ServiceOptions {
  readonly connection: Connection
  /** The bearer token. */
  readonly accessKeyId: string
  readonly settings: SettingNames
  readonly logger: Logger
  /** As {@link createTransport} has it. */
  readonly whileWaiting?: (() => void) | undefined
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
 * @param open how connections are held
 * @throws LockerError as {@link OpenConnections} has it
 */
export function createService(open: OpenConnections, options: ServiceOptions): Service {
  return new RetryingService(open, options)
}

class RetryingService implements Service {
  readonly apiBase: string
  readonly close: () => void
  readonly #transport: Transport
  readonly #context: FailureContext
  readonly #logger: Logger

  constructor(
    open: OpenConnections,
    { connection, accessKeyId, settings, logger, whileWaiting }: ServiceOptions,
  ) {
    const { apiBase, headers } = connection
    this.#transport = createTransport(open, connection, accessKeyId, whileWaiting)
    this.#context = { apiBase, settings, credentials: listCredentials(accessKeyId, headers) }
    this.#logger = logger
    this.apiBase = apiBase
    this.close = this.#transport.close
  }

  async read<T>(endpoint: Endpoint, decode: Decoder<T>, deadline: Deadline): Promise<T> {
    let last: LockerError | undefined
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#exchange(endpoint, decode, deadline)
      } catch (error) {
        if (deadline.signal.aborted) throw this.#explain(error, endpoint, deadline, last)
        last = failureOfNetwork(error, endpoint, this.#context)
        await this.#pause(last, attempt, endpoint, deadline)
      }
    }
  }

  async write<T>(endpoint: Endpoint, body: object, decode: Decoder<T>, deadline: Deadline): Promise<T> {
    try {
      return await this.#exchange(endpoint, decode, deadline, JSON.stringify(body))
    } catch (error) {
      throw this.#explain(error, endpoint, deadline)
    }
  }

  async #exchange<T>(endpoint: Endpoint, decode: Decoder<T>, deadline: Deadline, body?: string): Promise<T> {
    const startedMs = monotonicMs()
    const answer = await this.#transport.send(endpoint, deadline.signal, body)
    const tookMs = Math.round(monotonicMs() - startedMs)
    const { method, path } = endpoint
    this.#logger.debug`${name(method)} ${name(path)} answered ${answer.status} in ${tookMs} ms`
    if (!isSuccess(endpoint, answer)) throw failureOfAnswer(answer, endpoint, this.#context)
    return decode(parseBody(answer, endpoint, this.#context), 'answer')
  }

  /** @throws the failure, when there is to be no further try */
  async #pause(failure: LockerError, attempt: number, endpoint: Endpoint, deadline: Deadline): Promise<void> {
    const remainingMs = deadline.remainingMs()
    const delayMs = planRetry({ failure, attempt, remainingMs, random: Math.random() })
    if (delayMs === undefined) throw failure
    const { code } = failure
    this.#logger.debug`${name(code)}: next try of ${name(endpoint.path)} in ${Math.round(delayMs)} ms`
    await wait(delayMs, deadline.signal).catch((reason) => {
      throw this.#explain(reason, endpoint, deadline, failure)
    })
  }

  /** @param last the failure before this one, if any try had one */
  #explain(error: unknown, endpoint: Endpoint, deadline: Deadline, last?: LockerError): unknown {
    const { signal, timeoutMs, limit } = deadline
    if (!deadline.isOver()) {
      return signal.aborted ? signal.reason : failureOfNetwork(error, endpoint, this.#context)
    }
    const { settings } = this.#context
    const decided = { ...this.#context, settings: { ...settings, timeoutMs: limit ?? settings.timeoutMs } }
    return failureOfDeadline(timeoutMs, decided, last)
  }
}

/** Longest first: one that begins another must not leave the other's end behind. */
function listCredentials(accessKeyId: string, headers: Connection['headers']): string[] {
  const credentials = [accessKeyId, ...Object.values(headers)].filter((text) => text !== '')
  return credentials.sort((a, b) => b.length - a.length)
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
