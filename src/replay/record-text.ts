/**
 * A record as text, kept short, because V8 optimises soon what reads much (`blake3.ts`): no name is said twice, and what
 * the folder says already isn't said. JSON, and after it the marker and the variables, with a NUL before each: no variable
 * can hold one.
 */
import { dirname, join } from 'node:path'
import type { Outcome, StartRecord } from './start-record.ts'

const SEPARATOR = '\0'

/**
 * @param folder the cache's, absolute
 * @returns undefined: it can't be said so that {@link parseRecord} would return the same
 */
export function formatRecord({ witnesses, outcome }: StartRecord, folder: string): string | undefined {
  if (outcome === null) return JSON.stringify({ witnesses, outcome })
  const { injected, marker, view, ...rest } = outcome
  const names = injected.map(([name]) => name)
  const shortMarker = marker === null ? '' : withoutNames(marker, names)
  if (dirname(view.file) !== folder || withNames(shortMarker, names) !== marker) return undefined
  const shortView = { ...view, file: view.file.slice(folder.length + 1) }
  const texts = [
    JSON.stringify({ witnesses, outcome: { ...rest, view: shortView } }),
    shortMarker,
    ...injected.map(([name, value]) => `${name}=${value}`),
  ]
  return texts.some((text) => text.includes(SEPARATOR)) ? undefined : texts.join(SEPARATOR)
}

/**
 * @param text that {@link formatRecord} returned
 * @param folder as it was given to that
 */
export function parseRecord(text: string, folder: string): StartRecord {
  const [head = '', shortMarker = '', ...variables] = text.split(SEPARATOR)
  const { witnesses, outcome } = JSON.parse(head)
  if (outcome === null) return { witnesses, outcome }
  const injected = variables.map(splitVariable)
  const names = injected.map(([name]) => name)
  const view = { ...outcome.view, file: join(folder, outcome.view.file) }
  return { witnesses, outcome: { ...outcome, view, injected, marker: withNames(shortMarker, names) } }
}

function splitVariable(text: string): Outcome['injected'][number] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}

/** A marker says the names that were injected, in that order, with a `=` behind each. */
function withoutNames(marker: string, names: readonly string[]): string {
  return names.reduce((text, name) => text.replace(`${name}=`, '='), marker)
}

/** @returns null for no marker */
function withNames(shortMarker: string, names: readonly string[]): string | null {
  if (shortMarker === '') return null
  const [first, ...tags] = shortMarker.split('=')
  return `${first}${tags.map((tag, index) => `${names[index]}=${tag}`).join('')}`
}
