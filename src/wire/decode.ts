/** Unknown data to wire types, or an error that names the path that is wrong. Unknown fields are let be. */
import { APIConnectionError } from '../errors.ts'
import type { WireEnvironment, WireError, WirePage, WireProfile, WireSecret } from './types.ts'

/** Reads one value found at `path`, or throws APIConnectionError. */
export type Decoder<T> = (value: unknown, path: string) => T

/**
 * The profile.
 *
 * @throws APIConnectionError `http_error` when the answer isn't what the protocol says, here and below
 */
export const decodeProfile: Decoder<WireProfile> = (value, path) => {
  const answer = decodeObject(value, path)
  const profile = decodeObject(answer['profile'], `${path}.profile`)
  const at = (field: string) => [profile[field], `${path}.profile.${field}`] as const
  return {
    id: decodeString(...at('id')),
    key: decodeString(...at('key')),
    activated: decodeBoolean(...at('activated')),
    editable: decodeBoolean(...at('editable')),
    project_id: decodeProjectId(...at('project_id')),
  }
}

/** One secret, its EncStrings undecrypted. */
export const decodeSecret: Decoder<WireSecret> = (value, path) => {
  const record = decodeObject(value, path)
  const at = (field: string) => [record[field], `${path}.${field}`] as const
  return {
    id: decodeId(...at('id')),
    key: decodeText(...at('key')),
    value: decodeText(...at('value')),
    description: decodeText(...at('description')),
    secret_hash: decodeString(...at('secret_hash')),
    environment_id: decodeText(...at('environment_id')),
    environment_name: decodeText(...at('environment_name')),
    environment_hash: decodeText(...at('environment_hash')),
    creation_date: decodeDate(...at('creation_date')),
    revision_date: decodeDate(...at('revision_date')),
    updated_date: decodeDate(...at('updated_date')),
    deleted_date: decodeDate(...at('deleted_date')),
    last_use_date: decodeDate(...at('last_use_date')),
  }
}

/** One environment, its EncStrings undecrypted. */
export const decodeEnvironment: Decoder<WireEnvironment> = (value, path) => {
  const record = decodeObject(value, path)
  const at = (field: string) => [record[field], `${path}.${field}`] as const
  return {
    id: decodeId(...at('id')),
    name: decodeText(...at('name')),
    hash: decodeString(...at('hash')),
    external_url: decodeText(...at('external_url')),
    description: decodeText(...at('description')),
    creation_date: decodeDate(...at('creation_date')),
    revision_date: decodeDate(...at('revision_date')),
    updated_date: decodeDate(...at('updated_date')),
  }
}

/**
 * @param decodeItem reads one of `results`
 * @returns a decoder of a page of such items
 */
export function decodePage<Item>(decodeItem: Decoder<Item>): Decoder<WirePage<Item>> {
  return (value, path) => {
    const page = decodeObject(value, path)
    const results = page['results']
    if (!Array.isArray(results)) fail(`${path}.results`, 'a list')
    return {
      count: decodeCount(page['count'], `${path}.count`),
      next: decodeText(page['next'], `${path}.next`),
      revision_date: decodeNumber(page['revision_date'], `${path}.revision_date`),
      results: results.map((item, index) => decodeItem(item, `${path}.results[${index}]`)),
    }
  }
}

/** A bare number: the body of the two `sync/*_date` calls. */
export const decodeNumber: Decoder<number> = (value, path) => {
  return Number.isFinite(value) ? (value as number) : fail(path, 'a number')
}

/** A bare integer from 0: the body of the two `sync/*\/count` calls. */
export const decodeCount: Decoder<number> = (value, path) => {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(path, 'a count')
}

/**
 * @returns the service's own error, or undefined when a body is anything else, such as a proxy's page
 */
export function decodeError(value: unknown): WireError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { code, message } = value as Record<string, unknown>
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined
}

const decodeObject: Decoder<Record<string, unknown>> = (value, path) => {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as Record<string, unknown>) : fail(path, 'an object')
}

const decodeString: Decoder<string> = (value, path) => {
  return typeof value === 'string' ? value : fail(path, 'a string')
}

/** An id goes into a path of ours and into error lines, so it is held to what ids look like. */
const decodeId: Decoder<string> = (value, path) => {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(value) ? value : fail(path, 'an id')
}

/** Null, left out and empty are the same to us; the wire has all three. */
const decodeText: Decoder<string | null> = (value, path) => {
  return value === null || value === undefined ? null : decodeString(value, path)
}

const decodeBoolean: Decoder<boolean> = (value, path) => {
  return typeof value === 'boolean' ? value : fail(path, 'true or false')
}

const decodeDate: Decoder<number | null> = (value, path) => {
  return value === null || value === undefined ? null : decodeNumber(value, path)
}

/** Beyond 2^53 JSON.parse would round it and every hash would be wrong. */
const decodeProjectId: Decoder<number> = (value, path) => {
  const isProjectId = Number.isSafeInteger(value) && (value as number) >= 0
  return isProjectId ? (value as number) : fail(path, 'a project number')
}

function fail(path: string, expected: string): never {
  throw new APIConnectionError(
    `the answer is not the service's: ${path} is not ${expected}. Check LOCKER_API_BASE, and any proxy in between`,
  )
}
