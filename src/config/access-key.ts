/** Looks for the two halves of the access key. product: section 1, Configuration */
import { join, resolve } from 'node:path'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { AccessKey, parseSecretAccessKey } from './credentials.ts'
import { Problem } from './kind.ts'
import { type Found, type Layer, readValue } from './layers.ts'
import { describeOrigin } from './origin.ts'
import type { Setting } from './setting.ts'
import { settingOf } from './settings.ts'
import { readTextFile } from './text-file.ts'

/** What was found. */
export interface KeySearch {
  /** Undefined: not both halves were found. */
  readonly accessKey: AccessKey | undefined
  /** One sentence: where the halves came from, or why there is no key and what to do. */
  readonly hint: string
  readonly id: Found<string> | undefined
  readonly secret: Found<string> | undefined
}

/**
 * A half of the key. A file that can't be read is a Problem and no error yet: a child that dropped its privileges
 * must start, as long as it needs no key.
 */
type Half = Found<string> | Problem | undefined

type TextSetting = Setting<string, string>

const ID = settingOf('accessKeyId')
const SECRET = settingOf('secretAccessKey')
const SECRET_SPELLINGS = [SECRET, settingOf('accessKeySecret')]
const MAX_FILE_BYTES = 64 * 1024

/**
 * Each half is taken from the highest layer that has it, so the id may lie open in `.env` and the secret come from
 * a file that the platform mounts. The credential file is read only if a half is missing.
 *
 * @param layers highest first: options, environment, `.env`
 * @param places what was looked through, for the error
 * @param home the user's home folder; undefined: there is no credential file
 * @throws LockerError when a value is no such half, or two values of one layer differ
 */
export function findAccessKey(
  layers: readonly Layer[],
  places: readonly string[],
  home: string | undefined,
): KeySearch {
  const foundId = findHalf([ID], layers)
  const foundSecret = findHalf(SECRET_SPELLINGS, layers)
  const file = home === undefined ? undefined : join(home, '.locker', 'credential.json')
  const isComplete = foundId !== undefined && foundSecret !== undefined
  const lastResort = isComplete || file === undefined ? {} : loadCredentialFile(file)
  const allPlaces = file === undefined ? places : [...places, file]
  return joinHalves(foundId ?? lastResort.id, foundSecret ?? lastResort.secret, allPlaces)
}

function findHalf(spellings: readonly TextSetting[], layers: readonly Layer[]): Half {
  for (const layer of layers) {
    if (!ID.sources.includes(layer.source)) continue
    const half = findInLayer(spellings, layer)
    if (half !== undefined) return half
  }
  return undefined
}

function findInLayer(spellings: readonly TextSetting[], layer: Layer): Half {
  const found: Found<string>[] = []
  for (const setting of spellings) {
    const plain = layer.find(setting)
    if (plain !== undefined) {
      found.push({ value: readValue(plain, setting, layer.folder), origin: plain.origin })
    }
    const fromFile = findInFile(setting, layer)
    if (fromFile instanceof Problem) return fromFile
    if (fromFile !== undefined) found.push(fromFile)
  }
  const [first] = found
  const other = found.find(({ value }) => value !== first?.value)
  if (first === undefined || other === undefined) return first
  const names = `${describeOrigin(first.origin)} and ${describeOrigin(other.origin)}`
  throw new LockerError(`${names} differ: they are one setting, so remove one of them`)
}

/** Docker, Kubernetes and systemd hand secrets over as files, often links to files of root's. */
function findInFile(setting: TextSetting, layer: Layer): Half {
  const variable = `${setting.variable}_FILE`
  const found = layer.source === 'option' ? undefined : layer.find({ ...setting, variable })
  if (found === undefined) return undefined
  const path = resolve(layer.folder, String(found.raw))
  const text = readTextFile(path, MAX_FILE_BYTES)
  const what = `the file that ${describeOrigin(found.origin)} names`
  if (text instanceof Problem) return new Problem(oneLine(`${what}, ${path}, ${text.text}`))
  const value = setting.kind.parse(text.replace(/\r?\n$/, ''), layer.folder)
  if (value instanceof Problem) throw new LockerError(`what is in ${what} ${value.text}`)
  return { value, origin: found.origin }
}

interface CredentialFile {
  readonly id?: Half
  readonly secret?: Half
}

/** The official CLI's file. Whatever is wrong with it is told when a key is needed, not before. */
function loadCredentialFile(file: string): CredentialFile {
  const text = readTextFile(file, MAX_FILE_BYTES)
  if (text instanceof Problem) {
    return text.text.includes('ENOENT') ? {} : asBoth(new Problem(oneLine(`${file} ${text.text}`)))
  }
  const fields = parseFields(text)
  if (fields === undefined) return asBoth(new Problem(oneLine(`${file} must hold a JSON object`)))
  const read = (name: string, setting: TextSetting): Half => {
    const raw = fields[name]
    if (raw === undefined || raw === '') return undefined
    const value = setting.kind.decode(raw, '')
    const origin = { source: 'credential file', name, file } as const
    return value instanceof Problem
      ? new Problem(`${describeOrigin(origin)} ${value.text}`)
      : { value, origin }
  }
  return { id: read('access_key_id', ID), secret: read('secret_access_key', SECRET) }
}

function asBoth(problem: Problem): CredentialFile {
  return { id: problem, secret: problem }
}

function parseFields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function joinHalves(id: Half, secret: Half, places: readonly string[]): KeySearch {
  const [foundId, foundSecret] = [id, secret].map((half) => (half instanceof Problem ? undefined : half))
  const secretBytes = foundSecret === undefined ? undefined : parseSecretAccessKey(foundSecret.value)
  const isComplete = foundId !== undefined && secretBytes !== undefined
  return {
    accessKey: isComplete ? new AccessKey(foundId.value, secretBytes) : undefined,
    hint: describeSearch(id, secret, places),
    id: foundId,
    secret: foundSecret,
  }
}

function describeSearch(id: Half, secret: Half, places: readonly string[]): string {
  if (id instanceof Problem) return `the access key can't be read: ${id.text}`
  if (secret instanceof Problem) return `the access key can't be read: ${secret.text}`
  const lookedIn = oneLine(`looked in ${places.join(', ')}`)
  if (id === undefined && secret === undefined) {
    const advice = 'set LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY, or their _FILE variables'
    return `there is no access key: ${advice} (${lookedIn})`
  }
  if (id === undefined)
    return `there is a secret access key but no LOCKER_ACCESS_KEY_ID to go with it (${lookedIn})`
  const idOrigin = describeOrigin(id.origin)
  if (secret === undefined) {
    return `${idOrigin} gives an access key id, but there is no LOCKER_SECRET_ACCESS_KEY to go with it (${lookedIn})`
  }
  return `the access key id is from ${idOrigin}, the secret access key from ${describeOrigin(secret.origin)}`
}
