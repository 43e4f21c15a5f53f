/** What a command line and our surroundings come to before there is a configuration. */
import type { Sources } from '../config/resolve.ts'
import type { SettingKey } from '../config/settings.ts'
import { CREDENTIAL_VARIABLES } from '../config/variables.ts'
import type { Env } from '../environment/names.ts'
import type { LineSink } from '../logger.ts'
import { type EarlySettings, readEarlySettings } from '../own-failure.ts'
import type { Circumstances } from '../replay/circumstances.ts'
import type { Clock } from '../vault/freshness.ts'
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
  /** Takes away the line about a slow load: to be called before anything is printed. */
  hideProgress(): void
  /** @returns what a record of this start is made with; undefined: none is to be made */
  describeCircumstances(): Circumstances | undefined
}

/** @returns everything that decides about the configuration */
export function toSources(
  { flags }: Pick<CommandPlan, 'flags'>,
  { env, cwd, home, platform }: Surroundings,
): Sources {
  return { flags, env, cwd: cwd(), home, platform, restTimeSeconds: 0, keepCredentials: false }
}

/** @returns what can be known without a configuration */
export function readEarly({ flags }: Pick<CommandPlan, 'flags'>, { env }: Surroundings): EarlySettings {
  const given = (key: SettingKey) => flags.get(key)
  return readEarlySettings({
    ...env,
    LOCKER_ON_ERROR: given('onError') ?? env['LOCKER_ON_ERROR'],
    LOCKER_LOG_LEVEL: given('logLevel') ?? env['LOCKER_LOG_LEVEL'],
  })
}

/**
 * Credentials stay for now: whether the command sees them is decided later, for every environment alike.
 *
 * @returns the environment that the secrets are merged into
 */
export function pickBase(
  { inheritEnv }: Pick<CommandPlan, 'inheritEnv'>,
  { env, platform }: Surroundings,
): Env {
  if (inheritEnv) return env
  const isKept = (name: string) => isHarmless(name, platform) || CREDENTIAL_VARIABLES.includes(name)
  return Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name)))
}
