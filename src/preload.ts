/**
 * The entry of `lockerpm/register`. All that a start loads which repeats an earlier one; the whole way is `register.ts`.
 * product: section 2
 */
import { join } from 'node:path'
import { requireRegister } from './deferred.ts'
import { applyMerged } from './environment/apply.ts'
import { isFirstImport, isOwnCommand, isSyntaxCheck } from './preload-flags.ts'
import { type Circumstances, describeCircumstances } from './replay/circumstances.ts'
import { replayStart } from './replay/replay.ts'
import { keepEnvironmentOut } from './reports.ts'
import { isMainThread } from './surroundings.ts'

/** For `-r`, `require` and an application's own import: process.env is complete when it returns. */
export function register(): void {
  const start = enter()
  if (start !== undefined) requireRegister().register(start.circumstances)
}

/**
 * For `import`. Awaits only where Node itself waits; elsewhere it blocks, like {@link register}.
 *
 * @param moduleUrl of the imported module
 */
export function registerImported(moduleUrl: string): Promise<void> | undefined {
  const start = enter()
  if (start === undefined) return undefined
  const { register, registerAwaited } = requireRegister()
  if (isFirstImport(moduleUrl, process)) return registerAwaited(start.circumstances)
  register(start.circumstances)
  return undefined
}

/** @returns undefined when there is nothing to do here (product: section 2, the guards), or it is done */
function enter(): { readonly circumstances: Circumstances | undefined } | undefined {
  if (!isMainThread() || isSwitchedOff(process.env['LOCKER_DISABLE']) || isSyntaxCheck(process))
    return undefined
  if (isOwnCommand(process.argv[1], join(__dirname, '../bin'))) return undefined
  keepEnvironmentOut(process.report)
  const circumstances = describeCircumstances('register', [], process)
  const change = circumstances && replayStart(circumstances, process.env)
  if (change === undefined) return { circumstances }
  applyMerged(process.env, change, process.platform)
  return undefined
}

/** Costs next to nothing. What else it may be is judged on the whole way. */
function isSwitchedOff(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}
