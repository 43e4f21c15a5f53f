/** The command line to what `locker-run` is to do. product: section 3 */
import { findNearest } from '../config/nearest.ts'
import type { Setting } from '../config/setting.ts'
import { SETTINGS } from '../config/settings.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { FLAGS, type Flag, forbiddenFlagName, type RunFlagKey, type Shell } from './flags.ts'
import { chooseInstead, type Task } from './task-plan.ts'
import { readWatchPlan, type WatchPlan } from './watch-plan.ts'

/** What a command line asks for. */
export type RunPlan = SecretlessPlan | TaskPlan | CommandPlan

/** What needs no secrets. */
export type SecretlessPlan =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | { readonly kind: 'compile' }

/** To do something with the secrets that needs no command. */
export interface TaskPlan extends Pick<CommandPlan, 'flags' | 'inheritEnv'> {
  readonly kind: 'task'
  readonly task: Task
}

/** To run something. */
export interface CommandPlan {
  readonly kind: 'command'
  /** Setting key to text, for `resolveConfig`. */
  readonly flags: ReadonlyMap<string, string>
  /** A line for the shell, whose `$1` and so on are {@link words}; undefined: `words` are the command. */
  readonly shellLine: string | undefined
  /** The command and its arguments. Empty only beside a `shellLine`. */
  readonly words: readonly string[]
  /** False: nothing of our own environment but the harmless part. */
  readonly inheritEnv: boolean
  /** True: the command takes our place. Neither watched nor masked then. */
  readonly isExec: boolean
  /** True: secrets are replaced in the command's output. */
  readonly isMasked: boolean
  /** Undefined: the command is started once. */
  readonly watch: WatchPlan | undefined
}

/** What one spelling means: a flag, and for `--no-…` and switches the text that it stands for. */
interface Spelling {
  readonly flag: Flag
  readonly fixedText?: string
}

/**
 * @param argv what follows the program's own name
 * @throws LockerError when a flag is unknown, lacks its value or may not be one, or there is no command
 */
export function parseArgs(argv: readonly string[]): RunPlan {
  const { texts, words } = parseFlags(argv)
  const isGiven = (key: RunFlagKey) => texts.has(key)
  if (isGiven('help')) return { kind: 'help' }
  if (isGiven('version')) return { kind: 'version' }
  const instead = chooseInstead(texts, words)
  if (instead?.kind === 'completion' || instead?.kind === 'compile') return instead
  const flags = new Map([...texts].filter(([key]) => SETTINGS.some((setting) => setting.key === key)))
  const common = { flags, inheritEnv: !isGiven('no-inherit-env') }
  return instead === undefined
    ? { kind: 'command', ...common, ...readCommand(texts, words) }
    : { kind: 'task', ...common, task: instead }
}

function readCommand(
  texts: ReadonlyMap<string, string>,
  words: readonly string[],
): Omit<CommandPlan, 'kind' | 'flags' | 'inheritEnv'> {
  const isGiven = (key: RunFlagKey) => texts.has(key)
  const shellLine = texts.get('command' satisfies RunFlagKey)
  if (shellLine === undefined && words.length === 0) {
    throw new LockerError('no command to run: locker-run [options] [--] command. See locker-run --help')
  }
  const needsUs = (['watch', 'mask'] satisfies RunFlagKey[]).find(isGiven)
  if (isGiven('exec') && needsUs !== undefined) {
    throw new LockerError(
      `--${needsUs} needs a process that stays, and --exec leaves none: leave one of them out`,
    )
  }
  return {
    shellLine,
    words,
    isExec: isGiven('exec'),
    isMasked: isGiven('mask'),
    watch: readWatchPlan(texts),
  }
}

/** The first word that is no flag starts the command, and so does what follows `--`. */
function parseFlags(argv: readonly string[]): { texts: ReadonlyMap<string, string>; words: string[] } {
  const spellings = new Map(FLAGS.flatMap(spell))
  const texts = new Map<string, string>()
  const words = [...argv]
  while (words[0]?.startsWith('-') && words[0] !== '-') {
    const word = words.shift()
    if (word === undefined || word === '--') break
    const [spelt = '', ...value] = word.split('=')
    const spelling = spellings.get(spelt) ?? refuse(spelt, spellings)
    const text = takeText(spelling, spelt, value.length > 0 ? value.join('=') : undefined, words)
    texts.set(spelling.flag.key, join(spelling.flag, texts.get(spelling.flag.key), text))
  }
  return { texts, words }
}

function spell(flag: Flag): [string, Spelling][] {
  const spelling = flag.argument === 'none' ? { flag, fixedText: 'true' } : { flag }
  const spellings: [string, Spelling][] = [[`--${flag.name}`, spelling]]
  if (flag.short !== undefined) spellings.push([`-${flag.short}`, spelling])
  if (flag.isNegatable) spellings.push([`--no-${flag.name}`, { flag, fixedText: 'false' }])
  return spellings
}

/** @param words what follows; a value that stands apart is taken from it */
function takeText(
  { flag, fixedText }: Spelling,
  spelt: string,
  value: string | undefined,
  words: string[],
): string {
  if (fixedText !== undefined) {
    if (value !== undefined) throw new LockerError(`${spelt} takes no value`)
    return fixedText
  }
  if (value !== undefined) return value
  if (flag.argument === 'optional') return 'true'
  const next = words[0]?.startsWith('-') ? undefined : words.shift()
  if (next !== undefined) return next
  throw new LockerError(`${spelt} needs a value: --${flag.name}=${flag.placeholder}`)
}

/** A list given in parts is one list; of anything else the last counts. */
function join(flag: Flag, before: string | undefined, text: string): string {
  const isList = (part: string | undefined) => part !== undefined && !/^(true|false|1|0)$/.test(part)
  return flag.isRepeatable && isList(before) && isList(text) ? `${before},${text}` : text
}

/** Only what stands before `=` is ever shown. */
function refuse(spelt: string, spellings: ReadonlyMap<string, Spelling>): never {
  const forbidden = new Map(
    SETTINGS.filter((setting: Setting) => setting.flag === undefined).flatMap((setting) => {
      const name = `--${forbiddenFlagName(setting)}`
      return [name, `${name}-file`].map((spelling) => [spelling, setting] as const)
    }),
  )
  const long = [...spellings.keys()].filter((spelling) => spelling.startsWith('--'))
  const known = [...long, ...forbidden.keys()]
  const nearest = findNearest(spelt, known) ?? findBegun(spelt, known)
  const setting = forbidden.get(nearest ?? '')
  if (nearest !== undefined && setting !== undefined) throw forbid(nearest, setting)
  const advice = nearest === undefined ? 'See locker-run --help' : `Did you mean ${nearest}?`
  throw new LockerError(`unknown option ${oneLine(spelt)}. ${advice}`)
}

/** `--env` is many letters off `--environment`, and means it all the same. One letter or two mean nothing. */
function findBegun(spelt: string, known: readonly string[]): string | undefined {
  return known.find((spelling) => spelt.length >= '--env'.length && spelling.startsWith(spelt))
}

function forbid(spelling: string, { key, variable, group }: Setting): LockerError {
  const reason = key === 'disable' ? '' : ', since ps would show its value'
  const file = group === 'Access' ? ` or ${variable}_FILE` : ''
  return new LockerError(`${spelling} can't be an option${reason}. Set ${variable}${file}`)
}
