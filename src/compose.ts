/** What register and locker-run do alike, before and after a load. product: section 1 */
import type { Config } from './config/config.ts'
import { requireAccessKey } from './config/resolve.ts'
import { CREDENTIAL_VARIABLES } from './config/variables.ts'
import { deriveKey } from './crypto/keys.ts'
import type { Change } from './environment/apply.ts'
import {
  findUnchanged,
  formatMarker,
  isLoaded,
  readMarker,
  type Scope,
  withoutNames,
} from './environment/marker.ts'
import { type Merged, merge } from './environment/merge.ts'
import type { Env } from './environment/names.ts'
import { LockerError } from './errors.ts'
import type { OpenedSecrets } from './vault/open.ts'

/** What is to be done to an environment, and how that came about. */
export interface Composed extends Merged {
  readonly change: Change
}

/**
 * @param env the environment that the program is going to have
 * @returns whether a process above has loaded the same already, and everything of it is still there
 * @throws LockerError when it hasn't, and locker-run took the access key away
 */
export function isLoadedAbove(config: Config, env: Env): boolean {
  const marker = readMarker(env)
  if (marker === undefined) return false
  if (isLoaded(marker, scopeOf(config), env)) return true
  if (config.accessKey !== undefined) return false
  throw new LockerError(
    'another environment or service is asked for than was loaded above, and the access key is gone: ' +
      'locker-run removed it. Start locker-run with --keep-credentials',
  )
}

/**
 * @param secrets what the load brought
 * @param env the environment that the program is going to have
 * @throws LockerError when two keys come to one name, or a required variable is missing
 */
export function compose(config: Config, secrets: OpenedSecrets, env: Env): Composed {
  const tagKey = deriveKey(requireAccessKey(config).secretBytes, 'lockerpm marker 1')
  const marker = readMarker(env)
  const stale = marker === undefined ? [] : findUnchanged(marker, env, tagKey)
  const { all, environment } = secrets
  const layers = { all, environment, dotenv: config.dotenv }
  const merged = merge(withoutNames(env, stale), layers, config.policy, process.platform)
  const { injected } = merged
  return {
    ...merged,
    warnings: [...secrets.warnings, ...merged.warnings],
    change: {
      injected,
      deletions: [...stale, ...(config.keepCredentials ? [] : CREDENTIAL_VARIABLES)],
      marker: formatMarker(scopeOf(config), injected, tagKey),
    },
  }
}

function scopeOf({ accessKey, connection, environment, policy, origins }: Config): Scope {
  return {
    apiBase: connection.apiBase,
    accessKeyId: accessKey?.id,
    isKeyAmbient: origins.get('accessKeyId')?.source === 'credential file',
    environment,
    policy,
  }
}
