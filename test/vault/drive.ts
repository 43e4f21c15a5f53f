/** Drives loads against a real server, as `perform.ts` does, with undici on this thread. */
import type { Config } from '../../src/config/config.ts'
import { AccessKey } from '../../src/config/credentials.ts'
import { createLogger, LogLevel } from '../../src/logger.ts'
import { fetchProject } from '../../src/vault/fetch-pooled.ts'
import type { Clock } from '../../src/vault/freshness.ts'
import { load } from '../../src/vault/load.ts'
import type { OpenedSecrets } from '../../src/vault/open.ts'
import type { Load } from '../../src/vault/steps.ts'

export interface ServerLike {
  readonly apiBase: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export type Overrides = Partial<Omit<Config, 'connection'>> & { readonly timeoutMs?: number }

export function configFor(server: ServerLike, { timeoutMs = 10_000, ...overrides }: Overrides = {}): Config {
  return {
    accessKey: new AccessKey(server.accessKeyId, Buffer.from(server.secretAccessKey, 'base64')),
    credentialsHint: '',
    connection: {
      apiBase: server.apiBase,
      headers: {},
      caFile: undefined,
      unsafe: false,
      timeoutMs,
      proxies: {},
    },
    environment: undefined,
    policy: {
      override: false,
      include: [],
      exclude: [],
      prefix: '',
      transform: 'none',
      required: [],
      allow: [],
    },
    dotenv: new Map(),
    cacheFolder: undefined,
    restTimeSeconds: 0,
    maxStaleSeconds: undefined,
    fetch: false,
    snapshotFile: undefined,
    onError: 'exit',
    logLevel: LogLevel.DEBUG,
    keepCredentials: true,
    disable: false,
    warnings: [],
    origins: new Map(),
    witnesses: [],
    ...overrides,
  }
}

/** A start: its clock begins now, and `lines` gets what it says. */
export async function start(
  config: Config,
  lines: string[] = [],
  clock: Partial<Clock> = {},
): Promise<OpenedSecrets> {
  const logger = createLogger(config.logLevel, (line) => lines.push(line))
  return drive(load(config, logger, { now: Date.now, startedAtMs: Date.now(), ...clock }), logger)
}

async function drive<Result>(
  generator: Load<Result>,
  logger: ReturnType<typeof createLogger>,
): Promise<Result> {
  let step = generator.next()
  while (!step.done) {
    const effect = step.value
    const work =
      'waitMs' in effect
        ? new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), effect.waitMs))
        : fetchProject(effect.fetch, logger)
    step = await work.then(
      (result) => generator.next(result),
      (error) => generator.throw(error),
    )
  }
  return step.value
}
