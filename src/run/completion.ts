/** `--completion`: scripts for three shells, made from the flags, so that they can't go out of date. */
import { formatBashCompletion } from './completion-bash.ts'
import { formatFishCompletion } from './completion-fish.ts'
import { formatZshCompletion } from './completion-zsh.ts'
import { FLAGS, type Flag, type Shell } from './flags.ts'

/** An option as a shell completes it. */
export interface CompletedOption {
  /** With its dashes. */
  readonly long: string
  /** With its dash. */
  readonly short: string | undefined
  /** `optional`: only behind `=`. */
  readonly argument: Flag['argument']
  /** What stands for the value. */
  readonly placeholder: string
  /** What the value may be: one of these words, a file, a folder; undefined: any text. */
  readonly values: readonly string[] | 'file' | 'folder' | undefined
  readonly isRepeatable: boolean
  readonly doc: string
}

/** @returns the script, for the shell to evaluate or to find among its completions */
export function formatCompletion(shell: Shell): string {
  const options = FLAGS.flatMap(toOptions)
  switch (shell) {
    case 'bash':
      return formatBashCompletion(options)
    case 'zsh':
      return formatZshCompletion(options)
    case 'fish':
      return formatFishCompletion(options)
  }
}

function toOptions({
  name,
  short,
  argument,
  placeholder,
  isNegatable,
  isRepeatable,
  doc,
}: Flag): CompletedOption[] {
  const option = {
    long: `--${name}`,
    short: short === undefined ? undefined : `-${short}`,
    ...{ argument, placeholder, values: valuesOf(placeholder), isRepeatable, doc },
  }
  if (!isNegatable) return [option]
  const negation = {
    long: `--no-${name}`,
    short: undefined,
    placeholder: '',
    values: undefined,
    isRepeatable,
  }
  return [option, { ...negation, argument: 'none', doc: `the opposite of --${name}` }]
}

function valuesOf(placeholder: string): CompletedOption['values'] {
  if (placeholder.includes('|')) return placeholder.split('|')
  if (placeholder === 'BOOLEAN') return ['true', 'false']
  if (placeholder.startsWith('FILE')) return 'file'
  return placeholder === 'FOLDER' ? 'folder' : undefined
}
