/**
 * What is different about commands on Windows. Nobody has tried it there yet: the tests run it on other systems that
 * claim to be Windows.
 */
import type { Command, Env } from './child.ts'

/** What cross-spawn has for others to build on, as execa does; its types leave it out. */
interface Parsing {
  _parse(file: string, args: readonly string[], options: { readonly env: Env }): Parsed
}

interface Parsed {
  readonly command: string
  readonly args: readonly string[]
  /** What the command was found to be: null or undefined where it wasn't found. */
  readonly file?: string | null
  readonly options: { readonly windowsVerbatimArguments?: boolean }
}

/** As Node's own `shell` option has it. cmd.exe has no arguments beside its line, so they end it. */
export function toWindowsShell(line: string, words: readonly string[], env: Env): Command {
  const file = findVariable(env, 'COMSPEC') ?? 'cmd.exe'
  return { file, args: ['/d', '/s', '/c', `"${[line, ...words].join(' ')}"`], isVerbatim: true }
}

/**
 * npm makes a `.cmd` of each package's bin, which cmd.exe must run, with its arguments quoted in its own way.
 *
 * @param env the command's, whose PATH counts
 * @returns what Windows can start itself
 * @throws ENOENT when nothing of that name is on PATH
 */
export function resolveShim(command: Command, env: Env): Command {
  if (command.isVerbatim) return command
  const { _parse }: typeof import('cross-spawn') & Parsing = require('./cross-spawn.cjs')
  const parsed = _parse(command.file, command.args, { env })
  // cmd.exe would say so in its own words, and with the status 1.
  if (!parsed.file) throw Object.assign(new Error('it is not on PATH'), { code: 'ENOENT' })
  const { windowsVerbatimArguments: isVerbatim = false } = parsed.options
  return { file: parsed.command, args: parsed.args, isVerbatim }
}

/** @returns a variable in whatever spelling it has: `Path`, `PATH` */
export function findVariable(env: Env, upperCaseName: string): string | undefined {
  const spelling = Object.keys(env).find((name) => name.toUpperCase() === upperCaseName)
  return spelling === undefined ? undefined : env[spelling]
}
