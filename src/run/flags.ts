/** Every flag of `locker-run`: one for each setting that has one, and its own. */
import type { FlagForm } from '../config/kind.ts'
import { choice } from '../config/kinds.ts'
import type { Group, Setting } from '../config/setting.ts'
import { SETTINGS } from '../config/settings.ts'
import { EXPORT_FORMATS } from '../environment/format-names.ts'

/** What a flag of our own is called. */
export type RunFlagKey =
  | 'command'
  | 'no-inherit-env'
  | 'exec'
  | 'watch'
  | 'kill-after'
  | 'mask'
  | InsteadKey
  | 'json'
  | 'help'
  | 'version'

/** Flags that stand instead of a command. */
export type InsteadKey = 'export' | 'explain' | 'seal' | 'completion' | 'compile'

/** A shell that can complete our options. */
export type Shell = 'bash' | 'zsh' | 'fish'

/** A flag as it is parsed and as `--help` shows it. */
export interface Flag extends Pick<FlagForm, 'isNegatable' | 'isRepeatable'> {
  /** Of a setting, or of our own. */
  readonly key: string
  /** Without its dashes. */
  readonly name: string
  /** Without its dash. */
  readonly short: string | undefined
  /** `optional`: a value needs `=`; the bare flag means `true`. */
  readonly argument: FlagForm['argument'] | 'none'
  /** What stands for the value in `--help`. */
  readonly placeholder: string
  readonly group: Group | 'Command' | 'Instead of a command'
  readonly doc: string
  readonly defaultText: string | undefined
}

const OWN_FLAG = {
  argument: 'none',
  placeholder: '',
  isNegatable: false,
  isRepeatable: false,
  group: 'Command',
  short: undefined,
  defaultText: undefined,
} as const satisfies Partial<Flag>

const INSTEAD_FLAG = { ...OWN_FLAG, group: 'Instead of a command' } as const

/** The formats of `--export`. */
export const EXPORT_FORMAT = choice(...EXPORT_FORMATS)
/** The shells of `--completion`. */
export const SHELL = choice<Shell>('bash', 'zsh', 'fish')

const OWN_FLAGS: readonly (Flag & { readonly key: RunFlagKey })[] = [
  {
    ...OWN_FLAG,
    key: 'command',
    name: 'command',
    short: 'c',
    argument: 'required',
    placeholder: 'STRING',
    doc: 'run STRING by the shell; words that follow are its $1, $2 …',
  },
  {
    ...OWN_FLAG,
    key: 'no-inherit-env',
    name: 'no-inherit-env',
    doc: 'the command gets only the secrets, PATH, HOME, TERM, TZ, LANG and their like',
  },
  {
    ...OWN_FLAG,
    key: 'exec',
    name: 'exec',
    doc: 'let the command take our place: no process of ours waits for it (Node 22.15, not on Windows)',
  },
  {
    ...OWN_FLAG,
    key: 'watch',
    name: 'watch',
    argument: 'optional',
    placeholder: 'SECONDS',
    doc: 'start the command again when its secrets change: asks every 30 seconds, or every SECONDS',
  },
  {
    ...OWN_FLAG,
    key: 'kill-after',
    name: 'kill-after',
    argument: 'required',
    placeholder: 'SECONDS',
    doc: 'how long --watch waits between TERM and KILL',
    defaultText: '10',
  },
  {
    ...OWN_FLAG,
    key: 'mask',
    name: 'mask',
    doc: "replace secrets of 8 characters and more in the command's output",
  },
  { ...OWN_FLAG, key: 'version', name: 'version', short: 'v', doc: 'print the version' },
  { ...OWN_FLAG, key: 'help', name: 'help', short: 'h', doc: 'print this' },
  {
    ...INSTEAD_FLAG,
    key: 'export',
    name: 'export',
    argument: 'required',
    placeholder: EXPORT_FORMAT.placeholder,
    doc: 'print the secrets, whatever .env and the environment say; github appends to GITHUB_ENV',
  },
  {
    ...INSTEAD_FLAG,
    key: 'explain',
    name: 'explain',
    doc: 'print where each name comes from, what it hides or why it is left out',
  },
  { ...INSTEAD_FLAG, key: 'json', name: 'json', doc: 'with --explain: for machines' },
  {
    ...INSTEAD_FLAG,
    key: 'seal',
    name: 'seal',
    argument: 'required',
    placeholder: 'FILE',
    doc: 'write everything, still encrypted, to FILE for --snapshot',
  },
  {
    ...INSTEAD_FLAG,
    key: 'completion',
    name: 'completion',
    argument: 'required',
    placeholder: SHELL.placeholder,
    doc: 'print a script that completes these options in a shell',
  },
  {
    ...INSTEAD_FLAG,
    key: 'compile',
    name: 'compile',
    doc: 'compile lockerpm for this Node, beside its files: the first start is as fast as later ones',
  },
]

/** In the order of `--help`. */
export const FLAGS: readonly Flag[] = [...OWN_FLAGS, ...SETTINGS.flatMap(flagOf)]

/**
 * @param setting a row of the table
 * @returns the flag that such a setting would have, for those that must not have one
 */
export function forbiddenFlagName(setting: Setting): string {
  return setting.variable.replace('LOCKER_', '').replaceAll('_', '-').toLowerCase()
}

function flagOf(setting: Setting): Flag[] {
  const { key, flag, short, kind, group, doc, defaultText } = setting
  if (flag === undefined) return []
  const { argument, placeholder, isNegatable, isRepeatable } = kind
  return [
    { key, name: flag, short, argument, placeholder, isNegatable, isRepeatable, group, doc, defaultText },
  ]
}
