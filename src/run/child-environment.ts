/** From a plan and our own environment to the command's. product: section 3 */
import { compose, isLoadedAbove } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { nameSetting, settingNames } from '../config/origin.ts'
import { isDisabled, resolveConfig } from '../config/resolve.ts'
import type { SettingKey } from '../config/settings.ts'
import { CREDENTIAL_VARIABLES } from '../config/variables.ts'
import type { Change } from '../environment/apply.ts'
import type { Env } from '../environment/names.ts'
import { MARKER_NAME } from '../environment/own-names.ts'
import { LockerError } from '../errors.ts'
import type { ServiceOptions } from '../http/service.ts'
import { createLogger, type Logger, LogLevel } from '../logger.ts'
import { reportOwnFailure } from '../own-failure.ts'
import { rehearse } from '../rehearsal.ts'
import { recordStart, type Start } from '../replay/record.ts'
import { performAsync } from '../sync/perform.ts'
import { load } from '../vault/load.ts'
import type { CommandPlan } from './args.ts'
import { changeEnvironment } from './changed-environment.ts'
import { requireOwnFetch } from './deferred.ts'
import { resolvedVariables } from './resolved-variables.ts'
import { listLoadedAbove, listSecretValues } from './secret-values.ts'
import { pickBase, readEarly, type Surroundings, toSources } from './sources.ts'

/** What a command is started with. */
export interface ChildEnvironment {
  readonly env: Env
  /** At the level that was configured. */
  readonly logger: Logger
  /** The secrets that it could show to somebody, where that is asked for. Undefined: one that is no text. */
  readonly secretValues: readonly (string | undefined)[]
  /** Who can tell that something has changed; undefined: nothing was to be loaded. */
  readonly service: ServiceOptions | undefined
  /** Lines for stderr about what was loaded. */
  readonly warnings: readonly string[]
  /** Writes down what the command need not wait for: the cache, and the record of this start. Never fails. */
  keep(): void
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
  const early = readEarly(plan, surroundings)
  const base = pickBase(plan, surroundings)
  let config: Config | undefined
  try {
    if (!isDisabled(env)) config = resolveConfig(toSources(plan, surroundings))
    if (config === undefined || config.disable) {
      return { ...NOTHING_LOADED, env: base, logger: createLogger(early.logLevel, sink) }
    }
    const logger = createLogger(config.logLevel, sink)
    for (const warning of config.warnings) logger.warn(warning)
    const loaded = await loadWith(config, plan, logger, surroundings, signal)
    for (const warning of loaded.warnings) logger.warn(warning)
    return loaded
  } catch (error) {
    signal.throwIfAborted()
    const { onError, logLevel } = config ?? early
    const logger = createLogger(logLevel, sink)
    if (onError === 'exit') return void reportOwnFailure(error, 'the command was not started', logger)
    const asker = plan.flags.has('onError' satisfies SettingKey) ? '--on-error' : 'LOCKER_ON_ERROR'
    reportOwnFailure(error, `the command starts without any secret, because ${asker} is warn`, logger)
    // A lockerpm/register inside is to do the same.
    const variables = { ...(config && resolvedVariables(config, plan, env)), LOCKER_ON_ERROR: 'warn' }
    const unchanged = changeEnvironment(base, addVariables(keepAll(config, base), variables), platform)
    return { ...NOTHING_LOADED, env: unchanged, logger, service: config && serviceOf(config, logger) }
  }
}

const NOTHING_LOADED = { secretValues: [], service: undefined, warnings: [], keep: () => {} } as const

/**
 * For a command that runs already: nothing but the service's own answer will do.
 *
 * @throws whatever the load throws; the command is to keep what it has
 */
export async function reloadChildEnvironment(
  plan: CommandPlan,
  surroundings: Surroundings,
  logger: Logger,
  signal: AbortSignal,
): Promise<ChildEnvironment> {
  const flags = new Map([...plan.flags, ['fetch' satisfies SettingKey, 'true']])
  const config = resolveConfig(toSources({ ...plan, flags }, surroundings))
  const loaded = await loadWith(config, plan, logger, surroundings, signal)
  loaded.keep()
  return loaded
}

async function loadWith(
  config: Config,
  plan: CommandPlan,
  logger: Logger,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ChildEnvironment> {
  const { env: own, platform, clock } = surroundings
  const base = pickBase(plan, surroundings)
  const add = (change: Change) => addVariables(change, resolvedVariables(config, plan, own))
  if (isLoadedAbove(config, base)) {
    const warnings = plan.watch === undefined ? [] : [NOTHING_TO_WATCH]
    const env = changeEnvironment(base, add(keepAll(config, base)), platform)
    return { ...NOTHING_LOADED, env, logger, secretValues: listLoadedAbove(base), warnings }
  }
  if (plan.watch !== undefined && config.snapshotFile !== undefined) {
    throw new LockerError(
      `--watch asks the service, and ${nameSetting(config, 'snapshot')} is used instead of it: leave one of them out`,
    )
  }
  const meanwhile = () => rehearse(config, base)
  const works: (() => void)[] = []
  const write = () => runEach(works)
  const loading = load(config, logger, clock, (work) => works.push(work))
  const secrets = await performAsync(loading, logger, requireOwnFetch, signal, meanwhile)
  // Whoever is ended now keeps what it took so long to fetch.
  signal.addEventListener('abort', write, { once: true })
  try {
    const composed = compose(config, secrets, base)
    const change = add(composed.change)
    return {
      env: changeEnvironment(base, change, platform),
      logger,
      secretValues: plan.isMasked ? listSecretValues(config, secrets) : [],
      service: serviceOf(config, logger),
      warnings: composed.warnings,
      keep: () => {
        signal.removeEventListener('abort', write)
        write()
        record({ config, secrets, composed: { ...composed, change }, env: own }, surroundings)
      },
    }
  } catch (error) {
    write()
    throw error
  }
}

/** In order, and every one of them, whatever becomes of those before it: the last one gives the lock back. */
function runEach(works: (() => void)[]): void {
  const work = works.shift()
  if (work === undefined) return
  try {
    work()
  } finally {
    runEach(works)
  }
}

/**
 * Only a start that the cache answered can be repeated. At another level, what there may be to say about a repeated one
 * would be said where it should not, or the other way round.
 */
function record(start: Start, { describeCircumstances }: Surroundings): void {
  const { restTimeSeconds, logLevel } = start.config
  if (start.secrets.freshView === undefined || restTimeSeconds === 0 || logLevel !== LogLevel.ERROR) return
  const circumstances = describeCircumstances()
  if (circumstances !== undefined) recordStart(circumstances, start)
}

const NOTHING_TO_WATCH =
  'nothing is watched: the secrets were loaded by a process above. Give --watch to that one'

/** @returns undefined: there is no access key to ask with */
function serviceOf(config: Config, logger: Logger): ServiceOptions | undefined {
  const { accessKey, connection } = config
  return accessKey && { connection, accessKeyId: accessKey.id, settings: settingNames(config), logger }
}

/** Nothing is merged, and of what is there only the credentials go. */
function keepAll(config: Config | undefined, base: Env): Change {
  const deletions = config?.keepCredentials ? [] : CREDENTIAL_VARIABLES
  return { deletions, injected: new Map(), marker: base[MARKER_NAME] }
}

/** @param variables our own; they replace what is there in any spelling */
function addVariables(change: Change, variables: Readonly<Record<string, string>>): Change {
  const deletions = [...change.deletions, ...Object.keys(variables)]
  const injected = new Map([...change.injected, ...Object.entries(variables)])
  return { ...change, deletions, injected }
}
