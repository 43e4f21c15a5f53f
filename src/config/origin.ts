/** How an origin is told to people. */
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { Config, Origin } from './config.ts'
import type { Problem } from './kind.ts'
import { type SettingKey, settingOf } from './settings.ts'

/** Settings that errors of the service ask the user to check, as the user knows them: `LOCKER_API_BASE in /app/.env`. */
export type SettingNames = Readonly<Record<'apiBase' | 'accessKeyId' | 'timeoutMs' | 'environment', string>>

/**
 * @returns what to look at: `--timeout-ms`, `LOCKER_TIMEOUT_MS`, `LOCKER_TIMEOUT_MS in /app/.env`; one line
 */
export function describeOrigin({ source, name, file }: Origin): string {
  if (file !== undefined) return oneLine(`${name} in ${file}`)
  return source === 'option' ? `the option ${name}` : name
}

/** @returns the names of those settings, each from where it was set; its variable where it wasn't */
export function settingNames(config: Config): SettingNames {
  const nameOf = (key: SettingKey) => nameSetting(config, key)
  return {
    apiBase: nameOf('apiBase'),
    accessKeyId: nameOf('accessKeyId'),
    timeoutMs: nameOf('timeoutMs'),
    environment: nameOf('environment'),
  }
}

/** @returns the name of one setting, from where it was set; its variable where it wasn't */
export function nameSetting({ origins }: Pick<Config, 'origins'>, key: SettingKey): string {
  const origin = origins.get(key)
  return origin === undefined ? settingOf(key).variable : describeOrigin(origin)
}

/** @returns the error for a value that is not taken */
export function badValue(origin: Origin, problem: Problem): LockerError {
  return new LockerError(`${describeOrigin(origin)} ${problem.text}`)
}
