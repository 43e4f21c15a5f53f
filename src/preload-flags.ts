/** Which flags this Node was started with, as far as a preload must know. */
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** What this needs of `process`. */
export interface NodeFlags {
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  cwd(): string
}

const OWN_NAME = 'lockerpm/register'
/** What the names of this package's commands have in common. */
const COMMANDS_SHARE = 'locker-'

/**
 * Whether Node itself loads the module by `--import`, and nothing before it: only then may it await, since
 * Node waits for each such module before it goes on. As an application's import, the modules beside it would
 * run first, and an earlier `--import` may be such an application.
 *
 * @param moduleUrl the module's own URL
 * @param flags `process`
 */
export function isFirstImport(moduleUrl: string, flags: NodeFlags): boolean {
  const [first] = importsOf(flags)
  if (first === undefined || hasConfigFile(flags)) return false
  if (first === OWN_NAME || first === moduleUrl) return true
  return /^[./]/.test(first) && moduleUrl === `file://${resolve(flags.cwd(), first)}`
}

/**
 * Whether somebody else's code may have run in this process before: it may have replaced what Node brings along, or listen
 * to it.
 *
 * @param flags `process`
 * @param isFirst whether we are the first `--import`, so that the others come later
 */
export function isPreceded(flags: NodeFlags, isFirst: boolean): boolean {
  if (hasConfigFile(flags) || valuesOf(flags, ['-r', '--require']).length > 0) return true
  return !isFirst && importsOf(flags).length > 0
}

/** Whether Node only checks the program's syntax. */
export function isSyntaxCheck({ execArgv }: NodeFlags): boolean {
  return execArgv.includes('--check') || execArgv.includes('-c')
}

/**
 * Whether the program is one of this package's own commands, which a NODE_OPTIONS meant for their children reaches
 * as well: they load by themselves, or are the very service that is to be asked.
 *
 * @param program the path of the program, `process.argv[1]`
 * @param folder where this package's commands are
 */
export function isOwnCommand(program: string | undefined, folder: string): boolean {
  // First what costs next to nothing: links may be called otherwise in front.
  if (!program?.includes(COMMANDS_SHARE)) return false
  try {
    return dirname(realpathSync(program)) === realpathSync(folder)
  } catch {
    return false
  }
}

/** What it loads, which comes first, is told nowhere else: `--experimental-config-file` and its like, from Node 22 on. */
function hasConfigFile({ execArgv }: NodeFlags): boolean {
  return execArgv.some((arg) => /^--(experimental[-_])?(default[-_])?config[-_]file(=|$)/.test(arg))
}

/** The modules to import, in Node's order: those of NODE_OPTIONS first. */
function importsOf(flags: NodeFlags): string[] {
  return valuesOf(flags, ['--import'])
}

/** What stands behind an option, in Node's order, whichever of its names is used. */
function valuesOf({ execArgv, env }: NodeFlags, names: readonly string[]): string[] {
  const args = [...splitNodeOptions(env['NODE_OPTIONS'] ?? ''), ...execArgv]
  return args.flatMap((arg, index) => {
    if (names.includes(arg)) return [args[index + 1] ?? '']
    return names.filter((name) => arg.startsWith(`${name}=`)).map((name) => arg.slice(name.length + 1))
  })
}

/** At spaces, but for those inside double quotes, where a backslash escapes: as Node does. */
function splitNodeOptions(text: string): string[] {
  const parts = text.match(/(?:[^ "]|"(?:[^"\\]|\\.)*")+/g) ?? []
  return parts.map((part) =>
    part.replace(/"((?:[^"\\]|\\.)*)"/g, (_, quoted: string) => quoted.replace(/\\(.)/g, '$1')),
  )
}
