/** Unknown data to wire types, or an error that names the path that is wrong. Unknown fields are let be. */
import { APIConnectionError } from '../errors.ts'
import type { WireEnvironment, WireError, WirePage, WireProfile, WireSecret } from './types.ts'

/**
 * Reads one value, or throws APIConnectionError that names where it was found: at `path`, or in its `field`. They are put
 * together only then: a project of 106,000 secrets has 1.4 million fields.
 */
export type Decoder<T> = (value: unknown, path: string, field?: string) => T

/**
 * The profile.
 *
 * @throws APIConnectionError `http_error` when the answer isn't what the protocol says, here and below
 */
export const decodeProfile: Decoder<WireProfile> = (value, path) => {
  const profile = decodeObject(decodeObject(value, path)['profile'], path, 'profile')
  const at = `${path}.profile`
  return {
    id: decodeString(profile['id'], at, 'id'),
    key: decodeString(profile['key'], at, 'key'),
    activated: decodeBoolean(profile['activated'], at, 'activated'),
    editable: decodeBoolean(profile['editable'], at, 'editable'),
    project_id: decodeProjectId(profile['project_id'], at, 'project_id'),
  }
}

/** One secret, its EncStrings undecrypted. */
export const decodeSecret: Decoder<WireSecret> = (value, path) => {
  const record = decodeObject(value, path)
  return {
    id: decodeId(record['id'], path, 'id'),
    key: decodeText(record['key'], path, 'key'),
    value: decodeText(record['value'], path, 'value'),
    description: decodeText(record['description'], path, 'description'),
    secret_hash: decodeString(record['secret_hash'], path, 'secret_hash'),
    environment_id: decodeText(record['environment_id'], path, 'environment_id'),
    environment_name: decodeText(record['environment_name'], path, 'environment_name'),
    environment_hash: decodeText(record['environment_hash'], path, 'environment_hash'),
    creation_date: decodeDate(record['creation_date'], path, 'creation_date'),
    revision_date: decodeDate(record['revision_date'], path, 'revision_date'),
    updated_date: decodeDate(record['updated_date'], path, 'updated_date'),
    deleted_date: decodeDate(record['deleted_date'], path, 'deleted_date'),
    last_use_date: decodeDate(record['last_use_date'], path, 'last_use_date'),
  }
}

/** One environment, its EncStrings undecrypted. */
export const decodeEnvironment: Decoder<WireEnvironment> = (value, path) => {
  const record = decodeObject(value, path)
  return {
    id: decodeId(record['id'], path, 'id'),
    name: decodeText(record['name'], path, 'name'),
    hash: decodeString(record['hash'], path, 'hash'),
    external_url: decodeText(record['external_url'], path, 'external_url'),
    description: decodeText(record['description'], path, 'description'),
    creation_date: decodeDate(record['creation_date'], path, 'creation_date'),
    revision_date: decodeDate(record['revision_date'], path, 'revision_date'),
    updated_date: decodeDate(record['updated_date'], path, 'updated_date'),
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
    if (!Array.isArray(results)) fail('a list', path, 'results')
    return {
      count: decodeCount(page['count'], path, 'count'),
      next: decodeText(page['next'], path, 'next'),
      revision_date: decodeNumber(page['revision_date'], path, 'revision_date'),
      results: results.map((item, index) => decodeItem(item, `${path}.results[${index}]`)),
    }
  }
}

/** A bare number: the body of the two `sync/*_date` calls. */
export const decodeNumber: Decoder<number> = (value, path, field) => {
  return Number.isFinite(value) ? (value as number) : fail('a number', path, field)
}

/** A bare integer from 0: the body of the two `sync/*\/count` calls. */
export const decodeCount: Decoder<number> = (value, path, field) => {
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : fail('a count', path, field)
}

/**
 * @returns the service's own error, or undefined when a body is anything else, such as a proxy's page
 */
export function decodeError(value: unknown): WireError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { code, message } = value as Record<string, unknown>
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined
}

const decodeObject: Decoder<Record<string, unknown>> = (value, path, field) => {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as Record<string, unknown>) : fail('an object', path, field)
}

const decodeString: Decoder<string> = (value, path, field) => {
  return typeof value === 'string' ? value : fail('a string', path, field)
}

/** An id goes into a path of ours and into error lines, so it is held to what ids look like. */
const decodeId: Decoder<string> = (value, path, field) => {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(value)
    ? value
    : fail('an id', path, field)
}

/** Null, left out and empty are the same to us; the wire has all three. */
const decodeText: Decoder<string | null> = (value, path, field) => {
  return value === null || value === undefined ? null : decodeString(value, path, field)
}

const decodeBoolean: Decoder<boolean> = (value, path, field) => {
  return typeof value === 'boolean' ? value : fail('true or false', path, field)
}

const decodeDate: Decoder<number | null> = (value, path, field) => {
  return value === null || value === undefined ? null : decodeNumber(value, path, field)
}

/** Beyond 2^53 JSON.parse would round it and every hash would be wrong. */
const decodeProjectId: Decoder<number> = (value, path, field) => {
  const isProjectId = Number.isSafeInteger(value) && (value as number) >= 0
  return isProjectId ? (value as number) : fail('a project number', path, field)
}

function fail(expected: string, path: string, field?: string): never {
  const place = field === undefined ? path : `${path}.${field}`
  throw new APIConnectionError(
    `the answer is not the service's: ${place} is not ${expected}. Check LOCKER_API_BASE, and any proxy in between`,
  )
}
