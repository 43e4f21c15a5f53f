/**
 * The marker that a load leaves for the processes started below it, so that they don't load again.
 * product: section 2
 *
 * `1.PLACE.SCOPE.CHECK.NAME=TAG,NAME=TAG…`: version, hashes of what was loaded, the names that were set, and for each a
 * tag of its value, by which a process of another scope tells what is still ours from what was changed since. The tags
 * are keyed by the secret access key: they outlive a value that somebody deletes to hide it, and a plain hash
 * would give a weak password away to whoever can read the marker. CHECK is the tag of nothing, so that tags made with
 * another key are known as such.
 */
import type { MergePolicy } from '../config/config.ts'
import { shortHash } from '../short-hash.ts'
import { type Env, isSet, isVariableName } from './names.ts'
import { MARKER_NAME } from './own-names.ts'

/** What was loaded, or would be. */
export interface Scope {
  readonly apiBase: string
  /** Undefined where the process has none, because it was stripped. */
  readonly accessKeyId: string | undefined
  /**
   * Whether the id is only the credential file's. That file was there for the process above as well, which chose
   * another key: it is no reason to load again.
   */
  readonly isKeyAmbient: boolean
  /** Undefined: ALL. */
  readonly environment: string | undefined
  readonly policy: MergePolicy
}

/** An earlier load's marker, read. */
export interface Marker {
  readonly place: string
  readonly scope: string
  readonly check: string
  /** Name to tag. */
  readonly tags: ReadonlyMap<string, string>
}

/** The marker stays below the size that one variable may have anywhere. */
export const MAX_MARKER_CHARS = 32 * 1024

const VERSION = '1'
const TAG_CHARS = 6

/**
 * @param injected what this load sets
 * @param tagKey comes from the secret access key and gives nothing of it away; 32 bytes
 * @returns the marker; undefined: it would be too large, and processes below load again
 */
export function formatMarker(
  scope: Scope,
  injected: ReadonlyMap<string, string>,
  tagKey: Buffer,
): string | undefined {
  const tag = createTagger(tagKey)
  const entries = [...injected].map(([name, value]) => `${name}=${tag(name, value)}`)
  const head = [VERSION, hashPlace(scope), hashScope(scope), tag('', '')]
  const text = `${head.join('.')}.${entries.join(',')}`
  return text.length < MAX_MARKER_CHARS ? text : undefined
}

/** @returns the marker in an environment; undefined: there is none, or it is damaged or not ours */
export function readMarker(env: Env): Marker | undefined {
  const text = env[MARKER_NAME]
  if (typeof text !== 'string' || text.length >= MAX_MARKER_CHARS) return undefined
  const [version, place = '', scope = '', check = '', names, ...rest] = text.split('.')
  if (version !== VERSION || names === undefined || rest.length > 0) return undefined
  if (![place, scope, check].every((part) => /^[\w-]+$/.test(part))) return undefined
  const tags = parseTags(names)
  return tags === undefined ? undefined : { place, scope, check, tags }
}

/**
 * Loads no crypto, which alone costs as much as everything else here.
 *
 * @param marker read from `env`
 * @param scope of the process that starts
 * @returns whether an earlier load did all that this one would do
 */
export function isLoaded(marker: Marker, scope: Scope, env: Env): boolean {
  for (const name of marker.tags.keys()) if (!isSet(env, name)) return false
  const isWithoutKey = scope.accessKeyId === undefined || scope.isKeyAmbient
  return marker.scope === hashScope(scope) || (isWithoutKey && marker.place === hashPlace(scope))
}

/**
 * @param marker of an earlier load of another scope
 * @param tagKey of this load
 * @returns the names that the earlier load set and nobody changed since. Of a load with another key that can't be
 *   told, and its names are all returned: its secrets must not stand in for this load's.
 */
export function findUnchanged(marker: Marker, env: Env, tagKey: Buffer): string[] {
  const tag = createTagger(tagKey)
  const isSameKey = marker.check === tag('', '')
  const names = [...marker.tags].filter(([name, known]) => {
    const value = env[name]
    return typeof value === 'string' && (!isSameKey || tag(name, value) === known)
  })
  return names.map(([name]) => name)
}

/** @returns a copy without some of the names */
export function withoutNames(env: Env, names: readonly string[]): Env {
  const copy: Record<string, string | undefined> = Object.assign(Object.create(null), env)
  for (const name of names) delete copy[name]
  return copy
}

function parseTags(text: string): Map<string, string> | undefined {
  const tags = new Map<string, string>()
  for (const entry of text === '' ? [] : text.split(',')) {
    const at = entry.length - TAG_CHARS - 1
    const [name, tag] = [entry.slice(0, at), entry.slice(at + 1)]
    if (entry[at] !== '=' || !isVariableName(name) || !/^[\w-]+$/.test(tag)) return undefined
    tags.set(name, tag)
  }
  return tags
}

/** What a process without a key id can still compare. */
function hashPlace({ apiBase, environment }: Scope): string {
  return shortHash([apiBase, environment ?? null])
}

function hashScope({ apiBase, environment, accessKeyId, policy }: Scope): string {
  const { override, include, exclude, prefix, transform, required, allow } = policy
  const settings = [override, include, exclude, prefix, transform, required, allow]
  return shortHash([apiBase, environment ?? null, accessKeyId?.toLowerCase() ?? null, settings])
}

/** One SHA-256 over key, name and value, 2 µs each; 36 bits of it are enough to see that a value changed. */
function createTagger(tagKey: Buffer): (name: string, value: string) => string {
  const { hash: digest } = process.getBuiltinModule('node:crypto')
  const key = tagKey.toString('base64')
  return (name, value) => digest('sha256', `${key}${name}=${value}`, 'base64url').slice(0, TAG_CHARS)
}
