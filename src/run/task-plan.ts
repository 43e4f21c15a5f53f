/** The flags that stand instead of a command. product: section 3 */
import { type Kind, Problem } from '../config/kind.ts'
import type { ExportFormat } from '../environment/format-names.ts'
import { LockerError } from '../errors.ts'
import { EXPORT_FORMAT, FLAGS, type InsteadKey, type RunFlagKey, SHELL, type Shell } from './flags.ts'

/** What is to be done with the secrets. */
export type Task =
  | { readonly kind: 'export'; readonly format: ExportFormat }
  | { readonly kind: 'explain'; readonly isJson: boolean }
  /** `file` as it was given. */
  | { readonly kind: 'seal'; readonly file: string }

/** A task; or what needs no secrets. */
export type Instead =
  | Task
  | { readonly kind: 'completion'; readonly shell: Shell }
  | { readonly kind: 'compile' }

/** What each may be combined with, beside the settings. */
const COMPANIONS: Readonly<Record<InsteadKey, readonly RunFlagKey[]>> = {
  export: [],
  explain: ['json', 'no-inherit-env'],
  seal: [],
  completion: [],
  compile: [],
}

/**
 * @param texts flag key to text
 * @param words of a command
 * @returns undefined: a command is asked for
 * @throws LockerError for a combination that makes no sense, or a bad value
 */
export function chooseInstead(
  texts: ReadonlyMap<string, string>,
  words: readonly string[],
): Instead | undefined {
  const own = FLAGS.filter(({ key, group }) => texts.has(key) && OWN_GROUPS.includes(group)).map(
    ({ key }) => key,
  )
  const chosen = INSTEAD_KEYS.find((key) => own.includes(key))
  if (chosen === undefined) {
    if (texts.has('json')) throw new LockerError('--json goes with --explain')
    return undefined
  }
  const other = own.find(
    (key) => key !== chosen && !COMPANIONS[chosen].some((companion) => companion === key),
  )
  if (other !== undefined) throw new LockerError(`--${chosen} and --${other} can't be combined`)
  if (words.length > 0) throw new LockerError(`--${chosen} takes no command: leave it out`)
  const text = texts.get(chosen) ?? ''
  switch (chosen) {
    case 'export':
      return { kind: 'export', format: parse(EXPORT_FORMAT, chosen, text) }
    case 'explain':
      return { kind: 'explain', isJson: texts.has('json') }
    case 'seal':
      return { kind: 'seal', file: text }
    case 'completion':
      return { kind: 'completion', shell: parse(SHELL, chosen, text) }
    case 'compile':
      return { kind: 'compile' }
  }
}

const OWN_GROUPS: readonly string[] = ['Command', 'Instead of a command']
const INSTEAD_KEYS = [
  'export',
  'explain',
  'seal',
  'completion',
  'compile',
] as const satisfies readonly InsteadKey[]

function parse<Value>(kind: Kind<Value>, key: InsteadKey, text: string): Value {
  const value = kind.parse(text, '')
  if (value instanceof Problem) throw new LockerError(`--${key} ${value.text}`)
  return value
}
