/** The whole way of `lockerpm/register`, for a start that repeats no earlier one: see `preload.ts`. product: section 2 */
import { compose, isLoadedAbove } from './compose.ts'
import type { Config } from './config/config.ts'
import { isDisabled, resolveConfig } from './config/resolve.ts'
import { requireFetch, requireNativeFetch } from './deferred.ts'
import { applyMerged } from './environment/apply.ts'
import type { Env } from './environment/names.ts'
import { createLogger, type Logger, stderrSink } from './logger.ts'
import { OWN_FAILURE_STATUS, readEarlySettings, reportOwnFailure } from './own-failure.ts'
import { keepFromLater, readLaterFolder, readLaterVariables } from './pm2.ts'
import { isPreceded } from './preload-flags.ts'
import { rehearse } from './rehearsal.ts'
import type { Circumstances } from './replay/circumstances.ts'
import { recordStart } from './replay/record.ts'
import { findHome, findWorkingDirectory } from './surroundings.ts'
import { performAsync, performSync } from './sync/perform.ts'
import { describeUnstartable } from './too-large.ts'
import type { Fetch } from './vault/fetch.ts'
import { startClock } from './vault/freshness.ts'
import { load } from './vault/load.ts'
import type { OpenedSecrets } from './vault/open.ts'
import type { Load } from './vault/steps.ts'

/** A start that has something to load. */
interface Start {
  readonly config: Config
  /** The variables as the application will see them. */
  readonly env: Env
  readonly logger: Logger
  readonly load: Load
  rehearse(): void
  readonly circumstances: Circumstances | undefined
}

const sink = stderrSink({ fd: 2 })

/**
 * For `-r`, `require` and an application's own import: process.env is complete when it returns.
 *
 * @param circumstances for the record of this start; undefined: none is to be made
 * @param end called before the process ends because of a failure
 */
export function register(circumstances?: Circumstances, end?: () => void): void {
  let start: Start | undefined
  try {
    start = prepare(circumstances)
    if (start !== undefined) finish(start, performSync(start.load, start.logger, sink, start.rehearse))
  } catch (error) {
    end?.()
    fail(error, start?.config)
  }
}

/** The same for where Node itself waits. */
export async function registerAwaited(circumstances?: Circumstances): Promise<void> {
  let start: Start | undefined
  try {
    start = prepare(circumstances)
    if (start !== undefined)
      finish(start, await performAsync(start.load, start.logger, chooseFetch, undefined, start.rehearse))
  } catch (error) {
    fail(error, start?.config)
  }
}

/** @returns undefined when there is nothing to do here: product: section 2, the guards */
function prepare(circumstances: Circumstances | undefined): Start | undefined {
  if (isDisabled(process.env)) return undefined
  const env = readLaterVariables(process.env)
  const config = resolveConfig({
    env,
    cwd: readLaterFolder(process.env) ?? findWorkingDirectory(),
    home: findHome(),
    platform: process.platform,
    restTimeSeconds: 0,
    keepCredentials: true,
  })
  if (config.disable || isLoadedAbove(config, env)) return undefined
  const logger = createLogger(config.logLevel, sink)
  for (const warning of config.warnings) logger.warn(warning)
  return {
    config,
    env,
    logger,
    load: load(config, logger, startClock()),
    rehearse: () => rehearse(config, env),
    circumstances,
  }
}

function finish({ config, env, logger, circumstances }: Start, secrets: OpenedSecrets): void {
  const composed = compose(config, secrets, env)
  const { change, warnings } = composed
  for (const warning of warnings) logger.warn(warning)
  if (circumstances !== undefined) recordStart(circumstances, { config, secrets, composed, env })
  applyMerged(process.env, keepFromLater(change, process.env), process.platform)
  const unstartable = describeUnstartable(process.env, process.platform)
  if (unstartable !== undefined) logger.warn(unstartable)
  logger.debug`set ${change.injected.size} variables`
}

/** For the first `--import`, as `registerAwaited` is called for no other. */
function chooseFetch(): Fetch {
  return isPreceded(process, true) ? requireFetch() : requireNativeFetch()
}

/** The program starts with everything or not at all, unless somebody said otherwise. */
function fail(error: unknown, config: Config | undefined): void {
  const { onError, logLevel } = config ?? readEarlySettings(readLaterVariables(process.env))
  const logger = createLogger(logLevel, sink)
  if (onError === 'warn') {
    reportOwnFailure(error, 'the program starts without any secret, because LOCKER_ON_ERROR is warn', logger)
    return
  }
  reportOwnFailure(error, 'the program was not started', logger)
  process.exit(OWN_FAILURE_STATUS)
}
