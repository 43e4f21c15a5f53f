/** One Locker's calls: what they share, and how each is carried out. */
import type { Config } from '../config/config.ts'
import type { AccessKey } from '../config/credentials.ts'
import { settingNames } from '../config/origin.ts'
import { requireAccessKey, resolveConfig } from '../config/resolve.ts'
import { createLogger, createWarnOnce, type Logger, stderrSink } from '../logger.ts'
import { readLaterVariables } from '../pm2.ts'
import { findHome, findWorkingDirectory } from '../surroundings.ts'
import { Network } from '../sync/sdk-perform.ts'
import { type Cache, openCache } from '../vault/cache.ts'
import { type Call, guardRead, type Session } from '../vault/call.ts'
import { Memory } from '../vault/memory.ts'
import type { Asking } from '../vault/question.ts'
import { decodeCallOptions, type ReadCallOptions } from './call-options.ts'
import { decodeObject } from './input.ts'

/** The default of `restTime`. */
export const REST_TIME_SECONDS = 120

/** What a call does. */
export type UseCase<Result> = (call: Call) => Asking<Result>

/** Keeps a Locker's state, out of everybody's sight. */
export class Caller {
  readonly session: Session
  readonly #network: Network

  /**
   * @param options as the user gave them; undefined: none
   * @throws LockerError when a setting is bad or there is no access key
   */
  constructor(options: unknown) {
    const config = resolveConfig({
      ...(options === undefined ? {} : { options: decodeObject(options, "a Locker's options") }),
      env: readLaterVariables(process.env),
      cwd: findWorkingDirectory(),
      home: findHome(),
      platform: process.platform,
      restTimeSeconds: REST_TIME_SECONDS,
      keepCredentials: true,
    })
    const accessKey = requireAccessKey(config)
    const sink = stderrSink({ fd: 2 })
    const logger = createLogger(config.logLevel, sink)
    for (const warning of config.warnings) logger.warn(warning)
    this.session = {
      config,
      accessKey,
      logger,
      memory: new Memory(),
      now: Date.now,
      cache: once(() => openCacheOf(config, accessKey, logger)),
      warnOnce: createWarnOnce(logger),
    }
    const client = {
      connection: config.connection,
      accessKeyId: accessKey.id,
      settings: settingNames(config),
    }
    this.#network = new Network(client, logger, sink)
  }

  /** @throws whatever the use case throws, or the reason of the options' signal */
  async read<Result>(options: unknown, useCase: UseCase<Result>): Promise<Result> {
    const given = decodeCallOptions(options, false)
    const call = this.#begin(given)
    return this.#network.performAsync(guardRead(call, useCase(call)), given.signal)
  }

  /** The same, blocking. */
  readSync<Result>(options: unknown, useCase: UseCase<Result>): Result {
    const call = this.#begin(decodeCallOptions(options, true))
    return this.#network.performSync(guardRead(call, useCase(call)))
  }

  /** The same for what changes something. */
  async write<Result>(options: unknown, useCase: UseCase<Result>): Promise<Result> {
    const given = decodeCallOptions(options, false)
    return this.#network.performAsync(useCase(this.#begin(given)), given.signal)
  }

  #begin({ fetch, restTimeSeconds, timeoutMs }: ReadCallOptions): Call {
    const { config } = this.session
    const startedMs = performance.now()
    const whole =
      timeoutMs === undefined
        ? { timeoutMs: config.connection.timeoutMs }
        : { timeoutMs, limit: "the call's timeoutMs" }
    return {
      fetch: fetch ?? config.fetch,
      restTimeSeconds: restTimeSeconds ?? config.restTimeSeconds,
      // A millisecond is left always, so that whoever has none is told so by a deadline.
      time: () => ({ ...whole, spentMs: Math.min(performance.now() - startedMs, whole.timeoutMs - 1) }),
      // Last: the other way round it takes 3 µs on Node 20, a quarter of a `getSync` from memory.
      ...this.session,
    }
  }
}

function openCacheOf(
  { cacheFolder, connection }: Config,
  accessKey: AccessKey,
  logger: Logger,
): Cache | undefined {
  if (cacheFolder === undefined) return undefined
  const scope = { folder: cacheFolder, apiBase: connection.apiBase, accessKey, environment: undefined }
  return openCache(scope, logger)
}

/** Whether it may be had is found out at the first call that wants it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
