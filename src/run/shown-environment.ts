/** `NODE_DEBUG`, by which Node shows what it gives a child. */
import type { Env } from './child.ts'

/**
 * Node read the variable when it started, so it is too late to take it away.
 *
 * @param env our own
 * @param warn says one line where Node is going to write the command's whole environment to stderr
 */
export function warnOfShownEnvironment(env: Env, warn: (message: string) => void): void {
  if (!env['NODE_DEBUG'] || !process.getBuiltinModule('node:util').debuglog('child_process').enabled) return
  warn("NODE_DEBUG makes Node print the command's whole environment, secrets included: unset it")
}
