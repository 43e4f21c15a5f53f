/** The options of one call, checked. */
import { Problem } from '../config/kind.ts'
import { badValue } from '../config/origin.ts'
import { type SettingKey, type SettingValue, settingOf } from '../config/settings.ts'
import { LockerError } from '../errors.ts'
import { decodeFields } from './input.ts'

/** What was given, and nothing else. */
export interface ReadCallOptions {
  readonly fetch: boolean | undefined
  readonly restTimeSeconds: number | undefined
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
}

const NAMES = ['fetch', 'restTime', 'timeoutMs', 'signal']

/**
 * @param given what the caller passed
 * @param isBlocking a call that blocks can't be cancelled
 * @throws LockerError that names the option
 */
export function decodeCallOptions(given: unknown, isBlocking: boolean): ReadCallOptions {
  const options = decodeFields(given, "a call's options", NAMES)
  const { signal } = options
  if (isBlocking && signal !== undefined) {
    throw new LockerError(
      'the option signal is of no use to a call that blocks: use the method that returns a promise',
    )
  }
  return {
    fetch: decodeOption('fetch', options['fetch']),
    restTimeSeconds: decodeOption('restTime', options['restTime']),
    timeoutMs: decodeOption('timeoutMs', options['timeoutMs']),
    signal: signal === undefined ? undefined : decodeSignal(signal),
  }
}

function decodeOption<Key extends SettingKey>(key: Key, value: unknown): SettingValue<Key> | undefined {
  if (value === undefined) return undefined
  const decoded = settingOf(key).kind.decode(value, '')
  if (decoded instanceof Problem) throw badValue({ source: 'option', name: key }, decoded)
  return decoded
}

function decodeSignal(value: unknown): AbortSignal {
  if (value instanceof AbortSignal) return value
  throw new LockerError('the option signal must be an AbortSignal')
}
