/**
 * The entry of `lockerpm/register`. All that a start loads which repeats an earlier one; the whole way is `register.ts`.
 * product: section 2
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { requireBridge, requireRegister } from './deferred.ts'
import { applyMerged } from './environment/apply.ts'
import { isFirstImport, isOwnCommand, isSyntaxCheck } from './preload-flags.ts'
import { type Circumstances, describeCircumstances } from './replay/circumstances.ts'
import { recallStart } from './replay/replay.ts'
import type { Recollection } from './replay/start-record.ts'
import { keepEnvironmentOut } from './reports.ts'
import { isMainThread } from './surroundings.ts'

/** A start that goes the whole way. */
interface Start {
  readonly circumstances: Circumstances | undefined
  readonly recollection: Recollection | undefined
}

/** For `-r`, `require` and an application's own import: process.env is complete when it returns. */
export function register(): void {
  const start = enter()
  if (start !== undefined) block(start)
}

/**
 * For `import`. Awaits only where Node itself waits; elsewhere it blocks, like {@link register}.
 *
 * @param moduleUrl of the imported module
 */
export function registerImported(moduleUrl: string): Promise<void> | undefined {
  const start = enter()
  if (start === undefined) return undefined
  if (isFirstImport(moduleUrl, process)) return requireRegister().registerAwaited(start.circumstances)
  block(start)
  return undefined
}

/** @returns undefined when there is nothing to do here (product: section 2, the guards), or it is done */
function enter(): Start | undefined {
  if (!isMainThread() || isSwitchedOff(process.env['LOCKER_DISABLE']) || isSyntaxCheck(process))
    return undefined
  if (isOwnCommand(process.argv[1], join(__dirname, '../bin'))) return undefined
  keepEnvironmentOut(process.report)
  const circumstances = describeCircumstances('register', [], process)
  const recollection = circumstances && recallStart(circumstances, process.env)
  if (recollection?.kind !== 'same') return { circumstances, recollection }
  applyMerged(process.env, recollection.change, process.platform)
  return undefined
}

function block(start: Start): void {
  const endEarly = startEarly(start)
  try {
    requireRegister().register(start.circumstances, endEarly)
  } finally {
    endEarly?.()
  }
}

/** Where it is certain that the service will be asked, its worker comes up while the configuration is read. */
function startEarly({ circumstances, recollection }: Start): (() => void) | undefined {
  if (circumstances === undefined) return undefined
  const isCertain = recollection?.kind === 'asks' || isFirst(circumstances)
  return isCertain ? requireBridge().startEarly(circumstances.folder) : undefined
}

/** Nothing is cached, and no file configures. */
function isFirst({ folder, cwd }: Circumstances): boolean {
  return ![folder, join(cwd, '.env'), join(cwd, 'locker.json')].some((path) => existsSync(path))
}

/** Costs next to nothing. What else it may be is judged on the whole way. */
function isSwitchedOff(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}
