/** From the command line's words to what is spawned. */
import type { CommandPlan } from './args.ts'
import type { Command, Env } from './child.ts'
import { toWindowsShell } from './windows.ts'

/**
 * @param plan a command, or a line for the shell
 * @param platform whose shell
 * @param env names the shell of Windows
 */
export function toCommand(plan: CommandPlan, platform: NodeJS.Platform, env: Env): Command {
  const [file = '', ...args] = plan.words
  if (plan.shellLine === undefined) return { file, args }
  if (platform === 'win32') return toWindowsShell(plan.shellLine, plan.words, env)
  // As `sh -c` has it: the first word after the line is $0, which error messages begin with.
  return { file: '/bin/sh', args: ['-c', plan.shellLine, 'sh', ...plan.words] }
}
