/** Bodies of POST and PUT: unknown text to wire types, or 422. protocol: section 3, Bodies */
import { parseEncString } from '../crypto/enc-string.ts'
import type { WireEnvironmentBody, WireSecretBody } from '../wire/types.ts'
import { Refusal } from './refusal.ts'

/** SHA-256 in base64url without padding. */
const HASH = /^[A-Za-z0-9_-]{43}$/

/** @throws Refusal `invalid_data`, naming the field; here and below */
export function decodeSecretBody(text: string): WireSecretBody {
  const body = decodeBody(text)
  return {
    hash: decodeHash(body),
    ...decodeEncStrings(body, ['key', 'value', 'description', 'environment_name']),
    ...decodeEnvironmentId(body),
  }
}

/** The same for an environment. */
export function decodeEnvironmentBody(text: string): WireEnvironmentBody {
  const body = decodeBody(text)
  return { hash: decodeHash(body), ...decodeEncStrings(body, ['name', 'external_url', 'description']) }
}

function decodeBody(text: string): Record<string, unknown> {
  const body = parseJson(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal('invalid_data', 'The body must be a JSON object')
  }
  return body as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function decodeHash({ hash }: Record<string, unknown>): string {
  if (typeof hash === 'string' && HASH.test(hash)) return hash
  throw new Refusal('invalid_data', 'hash must be 43 characters of base64url')
}

/** The store never keeps a plaintext, so what isn't an EncString doesn't get in. */
function decodeEncStrings<Name extends string>(
  body: Record<string, unknown>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const fields: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = body[name]
    if (value === undefined) continue
    const text = value ?? ''
    if (typeof text !== 'string' || (text !== '' && parseEncString(text) === undefined)) {
      throw new Refusal('invalid_data', `${name} must be an EncString`)
    }
    fields[name] = text
  }
  return fields
}

function decodeEnvironmentId({ environment_id: id }: Record<string, unknown>): { environment_id?: string } {
  if (id === undefined) return {}
  const text = id ?? ''
  if (typeof text !== 'string') throw new Refusal('invalid_data', 'environment_id must be a string')
  return { environment_id: text }
}
