/** Performs the SDK's use cases: awaiting, on this thread, or blocking, through the worker. */
import { requireFetch, requireSdkBridge } from '../deferred.ts'
import type { LineSink, Logger } from '../logger.ts'
import type { Client } from '../vault/client.ts'
import type { Asking } from '../vault/question.ts'
import { driveAsync, driveSync } from './drive.ts'
import type { ClientOptions } from './sdk-worker.ts'

/** The way to the service, for one Locker. Nothing is loaded before something is asked. */
export class Network {
  readonly #options: ClientOptions
  readonly #logger: Logger
  readonly #sink: LineSink
  #client: Client | undefined

  /** @param sink where a worker's lines go */
  constructor(options: ClientOptions, logger: Logger, sink: LineSink) {
    this.#options = options
    this.#logger = logger
    this.#sink = sink
  }

  /**
   * @param signal cancels; its reason is thrown
   * @throws whatever the use case throws
   */
  performAsync<Result>(asking: Asking<Result>, signal: AbortSignal | undefined): Promise<Result> {
    return driveAsync(asking, ({ questions, time }) => {
      this.#client ??= requireFetch().openClient({ ...this.#options, logger: this.#logger })
      return this.#client.ask(questions, time, signal)
    })
  }

  /**
   * Blocks this thread.
   *
   * @throws whatever the use case throws
   */
  performSync<Result>(asking: Asking<Result>): Result {
    const logLevel = this.#logger.level
    return driveSync(asking, ({ questions, time }) =>
      requireSdkBridge().askSync({ client: this.#options, questions, time, logLevel }, this.#sink),
    )
  }
}
