/**
 * A record as text, kept short: on Node 20, V8 begins to optimise `blake3.wat` at 5.8 KB, and 50 variables come to 3.4.
 * JSON without names of fields, and after it the marker and the variables, with a NUL before each, which no variable can
 * hold. No name is said twice, and of a path nothing that the start knows already.
 */
import { dirname } from 'node:path'
import { beneath } from './beneath.ts'
import type { Outcome, StartRecord } from './start-record.ts'

/** What a start knows, and its record need not say. Absolute. */
export interface Places {
  /** The working directory. */
  readonly cwd: string
  /** The cache's. */
  readonly folder: string
}

type Head = [witnesses: [path: string, found: string | boolean][], outcome: ShortOutcome | null]
type ShortOutcome = [
  view: [file: string, signature: string, validatedAtMs: number],
  restTimeSeconds: number,
  kept: readonly string[],
  replaced: readonly string[],
  required: readonly string[],
  deletions: readonly string[],
]

const SEPARATOR = '\0'
/** What is where between them. */
const HEAD = 0
const MARKER = 1
const FIRST_VARIABLE = 2

/** @returns undefined: it can't be said so that {@link parseRecord} would return the same */
export function formatRecord({ witnesses, outcome }: StartRecord, places: Places): string | undefined {
  const shortWitnesses: Head[0] = witnesses.map(({ path, found }) => [shorten(path, places.cwd), found])
  if (outcome === null) return JSON.stringify([shortWitnesses, null] satisfies Head)
  const { view, restTimeSeconds, kept, replaced, required, deletions, injected, marker } = outcome
  const names = injected.map(([name]) => name)
  const shortMarker = marker === null ? '' : withoutNames(marker, names)
  if (dirname(view.file) !== places.folder || withNames(shortMarker, names) !== marker) return undefined
  const shortView: ShortOutcome[0] = [shorten(view.file, places.folder), view.signature, view.validatedAtMs]
  const shortOutcome: ShortOutcome = [shortView, restTimeSeconds, kept, replaced, required, deletions]
  const texts = [
    JSON.stringify([shortWitnesses, shortOutcome] satisfies Head),
    shortMarker,
    ...injected.map(([name, value]) => `${name}=${value}`),
  ]
  return texts.some((text) => text.includes(SEPARATOR)) ? undefined : texts.join(SEPARATOR)
}

/**
 * @param text that {@link formatRecord} returned
 * @param places as they were given to that
 */
export function parseRecord(text: string, { cwd, folder }: Places): StartRecord {
  const parts = text.split(SEPARATOR)
  // All by index, and once through the variables: iterators, and functions called for each, cost a warm start 0.1 ms.
  const head: Head = JSON.parse(parts[HEAD] ?? '')
  const witnesses = head[0].map((witness) => ({ path: lengthen(witness[0], cwd), found: witness[1] }))
  const outcome = head[1]
  if (outcome === null) return { witnesses, outcome }
  const shortView = outcome[0]
  const names: string[] = []
  const injected: Outcome['injected'][number][] = []
  for (let index = FIRST_VARIABLE; index < parts.length; index++) {
    const variable = parts[index] ?? ''
    const at = variable.indexOf('=')
    const name = variable.slice(0, at)
    names.push(name)
    injected.push([name, variable.slice(at + 1)])
  }
  return {
    witnesses,
    outcome: {
      view: { file: lengthen(shortView[0], folder), signature: shortView[1], validatedAtMs: shortView[2] },
      restTimeSeconds: outcome[1],
      kept: outcome[2],
      replaced: outcome[3],
      required: outcome[4],
      deletions: outcome[5],
      injected,
      marker: withNames(parts[MARKER] ?? '', names),
    },
  }
}

/** @returns the name of what lies right in the folder */
function shorten(path: string, folder: string): string {
  return dirname(path) === folder ? path.slice(beneath(folder, '').length) : path
}

function lengthen(path: string, folder: string): string {
  return path.startsWith('/') ? path : beneath(folder, path)
}

/** A marker says the names that were injected, in that order, with a `=` behind each. */
function withoutNames(marker: string, names: readonly string[]): string {
  return names.reduce((text, name) => text.replace(`${name}=`, '='), marker)
}

/** @returns null for no marker */
function withNames(shortMarker: string, names: readonly string[]): string | null {
  if (shortMarker === '') return null
  const parts = shortMarker.split('=')
  let marker = parts[0] ?? ''
  for (let index = 1; index < parts.length; index++) marker += `${names[index - 1]}=${parts[index]}`
  return marker
}
