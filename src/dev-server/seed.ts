/** What a project starts with, in plain text: from `--seed` files or from code. product: section 5 */
import { readFileSync } from 'node:fs'
import { parse as parseDotenv } from 'dotenv'
import { describeFailure, LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import {
  at,
  failAt,
  type Place,
  parseJson,
  readList,
  readObject,
  readText,
  refuseUnknownFields,
} from './fields.ts'

/** An environment, in plain text. */
export interface EnvironmentSeed {
  readonly name: string
  readonly externalUrl: string
  readonly description?: string | undefined
}

/** A secret, in plain text. */
export interface SecretSeed {
  readonly key: string
  readonly value: string
  /** Left out, `''` or `ALL`: the secret belongs to ALL. */
  readonly environment?: string | null | undefined
  readonly description?: string | undefined
}

/** What a `.json` seed holds. Environments named only by secrets are made. */
export interface Seed {
  readonly environments?: readonly EnvironmentSeed[]
  readonly secrets?: readonly SecretSeed[]
}

/**
 * @param environment an environment's name as a user gives it
 * @returns undefined for ALL
 */
export function resolveEnvironment(environment: string | null | undefined): string | undefined {
  return environment == null || environment === '' || environment === 'ALL' ? undefined : environment
}

/**
 * @param source what `--seed` takes: `FILE.json`, or `[ENVIRONMENT=]FILE` of dotenv lines
 * @throws LockerError `locker_error` that names file and place, never a value
 */
export function loadSeed(source: string): Seed {
  if (source.endsWith('.json')) return decodeSeed(parseJson(readUtf8(source), source), source)
  const separator = source.indexOf('=')
  const environment = source.slice(0, Math.max(separator, 0))
  const variables = parseDotenv(readUtf8(source.slice(separator + 1)))
  return { secrets: Object.entries(variables).map(([key, value]) => ({ key, value, environment })) }
}

/**
 * @param value unknown data
 * @param file where it is from, for errors
 * @throws LockerError `locker_error` that names the place: wrong types, unknown fields, duplicates
 */
export function decodeSeed(value: unknown, file: string): Seed {
  const root = { file, path: '' }
  const fields = readObject(value, root)
  refuseUnknownFields(fields, ['environments', 'secrets'], root)
  const environments = readList(fields['environments'] ?? [], at(root, 'environments'), decodeEnvironmentSeed)
  const secrets = readList(fields['secrets'] ?? [], at(root, 'secrets'), decodeSecretSeed)
  refuseDuplicates(environments, at(root, 'environments'), ({ name }) => name)
  refuseDuplicates(secrets, at(root, 'secrets'), ({ key, environment }) => {
    return JSON.stringify([resolveEnvironment(environment), key])
  })
  return { environments, secrets }
}

function decodeEnvironmentSeed(value: unknown, place: Place): EnvironmentSeed {
  const fields = readObject(value, place)
  refuseUnknownFields(fields, ['name', 'externalUrl', 'description'], place)
  const name = readText(fields['name'], at(place, 'name'))
  if (resolveEnvironment(name) === undefined)
    failAt(at(place, 'name'), 'must name an environment other than ALL')
  return {
    name,
    externalUrl: readText(fields['externalUrl'], at(place, 'externalUrl')),
    description: readText(fields['description'] ?? '', at(place, 'description')),
  }
}

function decodeSecretSeed(value: unknown, place: Place): SecretSeed {
  const fields = readObject(value, place)
  refuseUnknownFields(fields, ['key', 'value', 'environment', 'description'], place)
  const key = readText(fields['key'], at(place, 'key'))
  if (key === '') failAt(at(place, 'key'), 'must not be empty')
  return {
    key,
    value: readText(fields['value'], at(place, 'value')),
    environment: readText(fields['environment'] ?? '', at(place, 'environment')),
    description: readText(fields['description'] ?? '', at(place, 'description')),
  }
}

function refuseDuplicates<Item>(
  items: readonly Item[],
  place: Place,
  identify: (item: Item) => string,
): void {
  const first = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const id = identify(item)
    const earlier = first.get(id)
    if (earlier !== undefined) failAt(at(place, index), `repeats ${at(place, earlier).path}`)
    first.set(id, index)
  }
}

function readUtf8(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new LockerError(`the seed file ${oneLine(file)} can't be read (${describeFailure(error)})`, {
      cause: error,
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return failAt({ file, path: '' }, 'is not UTF-8 text')
  }
}
