/** Settings that were decided for a command, as variables that it and what is below it see. product: section 3 */
import type { Config } from '../config/config.ts'
import { NOTHING } from '../config/kinds.ts'
import { SETTINGS } from '../config/settings.ts'
import type { Env } from '../environment/names.ts'
import type { CommandPlan } from './args.ts'

/**
 * Flags, `.env` and `locker.json` may have decided environment and api base: what is inside must come to the same. So
 * it must with how secrets are merged, or a `lockerpm/register` that may load would take our names away and set its
 * own.
 *
 * @param env our own; the command may inherit nothing of it
 */
export function resolvedVariables(
  { environment, connection, policy }: Config,
  { flags }: Pick<CommandPlan, 'flags'>,
  env: Env,
): Record<string, string> {
  const merging = SETTINGS.filter(({ key }) => Object.hasOwn(policy, key)).flatMap(({ key, variable }) => {
    const flag = flags.get(key)
    const text = flag === '' ? NOTHING : (flag ?? env[variable])
    return text === undefined ? [] : [[variable, text] as const]
  })
  return {
    ...Object.fromEntries(merging),
    LOCKER_ENVIRONMENT: environment ?? 'ALL',
    LOCKER_API_BASE: connection.apiBase,
  }
}
