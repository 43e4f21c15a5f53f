/** The variables of a process, as far as configuration is concerned. */
import { findNearest } from './nearest.ts'
import { SETTINGS } from './settings.ts'

/** Variables by name; undefined means unset. */
export type Environment = Readonly<Record<string, string | undefined>>

const FILE_KEYS: ReadonlySet<string> = new Set(['accessKeyId', 'secretAccessKey', 'accessKeySecret'])

/** Every variable that can hold a credential or a header: what a process loses without `keepCredentials`. */
export const CREDENTIAL_VARIABLES: readonly string[] = SETTINGS.flatMap(({ key, variable }) => {
  if (FILE_KEYS.has(key)) return [variable, `${variable}_FILE`]
  return key === 'headers' ? [variable] : []
})

/** Names that fold to the same text are one variable. */
export type FoldName = (name: string) => string

/** @returns how names of variables compare: Windows ignores case */
export function nameFolder(platform: NodeJS.Platform): FoldName {
  return platform === 'win32' ? (name) => name.toUpperCase() : (name) => name
}

/** @returns the `LOCKER_*` that are set and not empty, by folded name */
export function collectSettings(env: Environment, foldName: FoldName): Map<string, string> {
  const settings = new Map<string, string>()
  for (const name of Object.keys(env)) {
    const folded = foldName(name)
    const text = folded.startsWith('LOCKER_') ? env[name] : undefined
    if (text !== undefined && text !== '') settings.set(folded, text)
  }
  return settings
}

/**
 * A misspelt LOCKER_ENVIROMENT must not pass silently. Names that are near to nothing may be another program's.
 *
 * @param names `LOCKER_*`
 * @returns a line for each that is probably meant for us
 */
export function warnMisspelt(names: Iterable<string>): string[] {
  const known = new Set<string>([...SETTINGS.map(({ variable }) => variable), ...CREDENTIAL_VARIABLES])
  const warnings: string[] = []
  for (const name of names) {
    const nearest = known.has(name) ? undefined : findNearest(name, known)
    if (nearest !== undefined) warnings.push(`${name} is not a setting; did you mean ${nearest}?`)
  }
  return warnings
}
