/** From the command line's words to what is spawned. Whatever differs on Windows is here. */
import type { CommandPlan } from './args.ts'
import type { Command, Env } from './child.ts'

/**
 * @param plan a command, or a line for the shell
 * @param platform whose shell
 * @param env names the shell of Windows
 */
export function toCommand(plan: CommandPlan, platform: NodeJS.Platform, env: Env): Command {
  const [file = '', ...args] = plan.words
  if (plan.shellLine === undefined) return { file, args }
  if (platform === 'win32') return toWindowsShell(plan.shellLine, plan.words, env['ComSpec'])
  // As `sh -c` has it: the first word after the line is $0, which error messages begin with.
  return { file: '/bin/sh', args: ['-c', plan.shellLine, 'sh', ...plan.words] }
}

/** As Node's own `shell` option has it. cmd.exe has no arguments beside its line, so they end it. */
function toWindowsShell(line: string, words: readonly string[], shell = 'cmd.exe'): Command {
  return { file: shell, args: ['/d', '/s', '/c', `"${[line, ...words].join(' ')}"`], isVerbatim: true }
}
