/** From a plan and our own environment to the command's. product: section 3 */
import { compose, isLoadedAbove } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { isDisabled, resolveConfig, type Sources } from '../config/resolve.ts'
import type { SettingKey } from '../config/settings.ts'
import { CREDENTIAL_VARIABLES } from '../config/variables.ts'
import { applyMerged, type Change } from '../environment/apply.ts'
import { MARKER_NAME } from '../environment/deny-list.ts'
import type { Env } from '../environment/names.ts'
import { createLogger, type LineSink, type Logger } from '../logger.ts'
import { readEarlySettings, reportOwnFailure } from '../own-failure.ts'
import { performAsync } from '../sync/perform.ts'
import type { Clock } from '../vault/freshness.ts'
import { load } from '../vault/load.ts'
import type { CommandPlan } from './args.ts'
import { isHarmless } from './harmless-variables.ts'

/** What is around us. */
export interface Surroundings {
  readonly env: Env
  /** @throws LockerError when it is gone */
  cwd(): string
  /** Absolute; undefined: there is none. */
  readonly home: string | undefined
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  readonly sink: LineSink
}

/** What a command is started with. */
export interface ChildEnvironment {
  readonly env: Env
  /** At the level that was configured. */
  readonly logger: Logger
}

/**
 * Loads, merges, and says on stderr what there is to say.
 *
 * @param signal ends the load
 * @returns undefined: it failed, and nothing may be started
 * @throws the signal's reason
 */
export async function loadChildEnvironment(
  plan: CommandPlan,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ChildEnvironment | undefined> {
  const { env, platform, sink } = surroundings
  const early = readEarlySettings(withFlags(env, plan.flags))
  const base = plan.inheritEnv ? env : pickHarmless(env, platform)
  let config: Config | undefined
  try {
    if (!isDisabled(env)) config = resolveConfig(toSources(plan, surroundings))
    if (config === undefined || config.disable)
      return { env: base, logger: createLogger(early.logLevel, sink) }
    const logger = createLogger(config.logLevel, sink)
    const change = await loadChange(config, base, logger, surroundings.clock, signal)
    return { env: applyChange(base, change, resolvedVariables(config), platform), logger }
  } catch (error) {
    signal.throwIfAborted()
    const { onError, logLevel } = config ?? early
    const logger = createLogger(logLevel, sink)
    if (onError === 'exit') return void reportOwnFailure(error, 'the command was not started', logger)
    reportOwnFailure(error, 'the command starts without any secret, as on-error=warn asks', logger)
    // A lockerpm/register inside is to do the same.
    const variables = { ...(config && resolvedVariables(config)), LOCKER_ON_ERROR: 'warn' }
    return { env: applyChange(base, keepAll(config, base), variables, platform), logger }
  }
}

function toSources(plan: CommandPlan, { env, cwd, home, platform }: Surroundings): Sources {
  return { flags: plan.flags, env, cwd: cwd(), home, platform, restTimeSeconds: 0, keepCredentials: false }
}

async function loadChange(
  config: Config,
  base: Env,
  logger: Logger,
  clock: Clock,
  signal: AbortSignal,
): Promise<Change> {
  for (const warning of config.warnings) logger.warn(warning)
  if (isLoadedAbove(config, base)) return keepAll(config, base)
  const secrets = await performAsync(load(config, logger, clock), logger, signal)
  const { change, warnings } = compose(config, secrets, base)
  for (const warning of warnings) logger.warn(warning)
  return change
}

/** Nothing is merged, and of what is there only the credentials go. */
function keepAll(config: Config | undefined, base: Env): Change {
  const deletions = config?.keepCredentials ? [] : CREDENTIAL_VARIABLES
  return { deletions, injected: new Map(), marker: base[MARKER_NAME] }
}

/** Flags, `.env` and `locker.json` may have decided these: what is inside must come to the same. */
function resolvedVariables({ environment, connection }: Config): Record<string, string> {
  return { LOCKER_ENVIRONMENT: environment ?? 'ALL', LOCKER_API_BASE: connection.apiBase }
}

/** @param variables our own; they replace what is there in any spelling */
function applyChange(
  base: Env,
  change: Change,
  variables: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
): Env {
  const env: Record<string, string | undefined> = Object.assign(Object.create(null), base)
  const deletions = [...change.deletions, ...Object.keys(variables)]
  const injected = new Map([...change.injected, ...Object.entries(variables)])
  applyMerged(env, { ...change, deletions, injected }, platform)
  return env
}

/** Credentials stay for now: whether the command sees them is decided later, for every environment alike. */
function pickHarmless(env: Env, platform: NodeJS.Platform): Env {
  const isKept = (name: string) => isHarmless(name, platform) || CREDENTIAL_VARIABLES.includes(name)
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name)))
}

/** What can be known of a command line before there is a configuration. */
function withFlags(env: Env, flags: ReadonlyMap<string, string>): Env {
  const given = (key: SettingKey) => flags.get(key)
  return {
    ...env,
    LOCKER_ON_ERROR: given('onError') ?? env['LOCKER_ON_ERROR'],
    LOCKER_LOG_LEVEL: given('logLevel') ?? env['LOCKER_LOG_LEVEL'],
  }
}
