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
  if (first === undefined) return false
  if (first === OWN_NAME || first === moduleUrl) return true
  return /^[./]/.test(first) && moduleUrl === `file://${resolve(flags.cwd(), first)}`
}

/** Whether anything was loaded before all else, by `-r`. */
export function hasRequires(flags: NodeFlags): boolean {
  return valuesOf(flags, ['-r', '--require']).length > 0
}

/** Whether anything was loaded before the program, by `--import`. */
export function hasImports(flags: NodeFlags): boolean {
  return importsOf(flags).length > 0
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
