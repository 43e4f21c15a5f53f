/** Reads files whose content nobody has checked: errors name the place, never what stands there. */
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'

/** A place in a file: `seed.json: secrets[3].value`. */
export interface Place {
  /** The file, as the user named it. */
  readonly file: string
  /** Empty: the whole. */
  readonly path: string
}

/** The fields of one object. */
export type Fields = Readonly<Record<string, unknown>>

/** @throws LockerError `locker_error` that names the place, here and below */
export function failAt({ file, path }: Place, problem: string): never {
  throw new LockerError(`${oneLine(file)}: ${path === '' ? 'it' : oneLine(path)} ${problem}`)
}

/** @returns the place of a field or, with a number, of an item */
export function at({ file, path }: Place, step: string | number): Place {
  if (typeof step === 'number') return { file, path: `${path}[${step}]` }
  return { file, path: path === '' ? step : `${path}.${step}` }
}

/**
 * @param text the file's whole text
 * @param file its name, for the error
 * @returns what the JSON says. The engine's own message isn't repeated, since it quotes the file.
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1]
    return failAt({ file, path: locate(text, position) }, 'is not valid JSON')
  }
}

/** @returns its fields */
export function readObject(value: unknown, place: Place): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  return failAt(place, 'must be an object')
}

/** A misspelt field must not pass silently: without its `environment`, a secret would go into ALL. */
export function refuseUnknownFields(fields: Fields, known: readonly string[], place: Place): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name))
  if (unknown !== undefined) failAt(at(place, unknown), `is not a known field (${known.join(', ')})`)
}

/** Calls `read` with every item and its place. */
export function readList<Item>(
  value: unknown,
  place: Place,
  read: (item: unknown, place: Place) => Item,
): Item[] {
  if (!Array.isArray(value)) return failAt(place, 'must be a list')
  return value.map((item, index) => read(item, at(place, index)))
}

/** @returns a text that has a UTF-8 form */
export function readText(value: unknown, place: Place): string {
  if (typeof value !== 'string') return failAt(place, 'must be a string')
  if (/\p{Surrogate}/u.test(value)) return failAt(place, 'holds half a character (a lone surrogate)')
  return value
}

/** @returns a number, whatever its size */
export function readNumber(value: unknown, place: Place): number {
  return typeof value === 'number' ? value : failAt(place, 'must be a number')
}

/** @returns true or false */
export function readBoolean(value: unknown, place: Place): boolean {
  return typeof value === 'boolean' ? value : failAt(place, 'must be true or false')
}

function locate(text: string, position: string | undefined): string {
  if (position === undefined) return ''
  const lines = text.slice(0, Number(position)).split('\n')
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}
