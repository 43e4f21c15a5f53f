/** What callers pass, checked before anything is asked or sent. */
import { suggest } from '../config/nearest.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'

/** Anything that has fields. */
export type Fields = Readonly<Record<string, unknown>>

/** The environment that stands for no environment. */
const ALL = 'ALL'

/**
 * @param what for the error
 * @param names of the fields that it may have
 * @returns its fields; undefined comes to none
 * @throws LockerError when it is no object, or has a field of another name
 */
export function decodeFields(value: unknown, what: string, names: readonly string[]): Fields {
  const fields = decodeObject(value, what)
  const unknown = Object.keys(fields).find((field) => !names.includes(field))
  if (unknown === undefined) return fields
  throw new LockerError(oneLine(`${what} can't have ${unknown}${suggest(unknown, names)}`))
}

/** @throws LockerError when it is anything but an object; undefined comes to no fields */
export function decodeObject(value: unknown, what: string): Fields {
  if (value === undefined) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new LockerError(`${what} must be an object`)
}

/**
 * @returns the environment's name; undefined: ALL, which null, undefined and an empty text stand for as well
 * @throws LockerError when it is anything else
 */
export function decodeEnvironment(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === '' || value === ALL) return undefined
  return requireText(value, what)
}

/** @throws LockerError unless it is a text that isn't empty and has a UTF-8 form */
export function requireName(value: unknown, what: string): string {
  if (value === '') throw new LockerError(`${what} must not be empty`)
  return requireText(value, what)
}

/** @throws LockerError unless it is left out, or a text with a UTF-8 form */
export function optionalText(value: unknown, what: string): string | undefined {
  return value === undefined ? undefined : requireText(value, what)
}

/** @throws LockerError unless it is a text with a UTF-8 form */
export function requireText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new LockerError(`${what} must be a string`)
  // Half a surrogate pair would be encrypted, and hashed, as something else.
  if (/\p{Surrogate}/u.test(value)) throw new LockerError(`${what} must be valid Unicode`)
  return value
}

/**
 * @returns the name of an environment to be made
 * @throws LockerError for `ALL`, which could never be told from the environment of all secrets
 */
export function requireNewName(value: unknown, what: string): string {
  const name = requireName(value, what)
  if (name === ALL) throw new LockerError(`${what} must not be ALL, which stands for no environment`)
  return name
}

/** @throws LockerError unless it is left out (false), true or false */
export function optionalBoolean(value: unknown, what: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new LockerError(`${what} must be true or false`)
}
