/**
 * The entry of `lockerpm/register`. All that a start loads which repeats an earlier one; the whole way is `register.ts`.
 * product: section 2
 */
import { existsSync } from 'node:fs'
import { requireBridge, requireEarly, requireRegister } from './deferred.ts'
import { applyMerged, type Change } from './environment/apply.ts'
import { isFirstImport, isOwnCommand, isSyntaxCheck } from './preload-flags.ts'
import type { Circumstances } from './replay/circumstances.ts'
import type { Recall } from './replay/recall.ts'
import { findRecordFolder } from './replay/record-folder.ts'
import { keepEnvironmentOut } from './reports.ts'
import { isMainThread } from './surroundings.ts'

/**
 * For `-r`, `require` and an application's own import: process.env is complete when it returns.
 *
 * @param recall of `replay/recall.ts`; not called where it is certain that the service will be asked
 */
export function register(recall: Recall): void {
  const start = enter(recall)
  if (start !== undefined) block(start)
}

/**
 * For `import`. Awaits only where Node itself waits; elsewhere it blocks, like {@link register}.
 *
 * @param moduleUrl of the imported module
 * @param recall as for {@link register}
 * @param registerAwaited of `register.ts`
 */
export function registerImported(
  moduleUrl: string,
  recall: Recall,
  registerAwaited: (circumstances: Circumstances | undefined) => Promise<void>,
): Promise<void> | undefined {
  const start = enter(recall)
  if (start === undefined) return undefined
  if (isFirstImport(moduleUrl, process)) return registerAwaited(start.circumstances)
  block(start)
  return undefined
}

/** A start that goes the whole way. */
interface Start {
  /** Of the cache, where it is certain that the service will be asked; false: there is none. Undefined: it may not be. */
  readonly asking: string | false | undefined
  /** For the record; undefined: none is to be made. */
  readonly circumstances: Circumstances | undefined
}

/** @returns undefined when there is nothing to do here (product: section 2, the guards), or it is done */
function enter(recall: Recall): Start | undefined {
  if (!isMainThread() || isSwitchedOff(process.env['LOCKER_DISABLE']) || isSyntaxCheck(process))
    return undefined
  if (isOwnCommand(process.argv[1], __dirname)) return undefined
  keepEnvironmentOut(process)
  const start = begin(recall)
  if (start.change === undefined) return start
  applyMerged(process.env, start.change, process.platform)
  return undefined
}

/** Never fails: what is wrong here is found wrong on the whole way, which knows what to say. */
function begin(recall: Recall): Start & { readonly change?: Change } {
  try {
    const folder = findRecordFolder(process)
    // Who asks anyway needs no record to know it, which would take 1 ms before the worker starts, and makes none.
    if (folder === undefined || isCertainToAsk(folder)) return { asking: folder, circumstances: undefined }
    const { circumstances, recollection } = recall('register', [], process)
    if (recollection === undefined) return { asking: undefined, circumstances }
    if (recollection.kind === 'asks') return { asking: folder, circumstances: undefined }
    return { asking: undefined, circumstances, change: recollection.change }
  } catch {
    // Such as a Node that may not look at the files.
    return { asking: undefined, circumstances: undefined }
  }
}

/** Where it is certain that the service will be asked, its worker comes up while the configuration is read. */
function block({ asking, circumstances }: Start): void {
  const end = asking === undefined ? undefined : beginEarly(asking)
  try {
    requireRegister().register(circumstances, end)
  } finally {
    end?.()
  }
}

/** @returns ends what was not needed: to be called when the start is over, and again does no harm */
function beginEarly(folder: string | false): (() => void) | undefined {
  const early = requireEarly().startEarly(folder)
  if (early === undefined) return undefined
  try {
    const { useEarly, endEarly } = requireBridge()
    if (early.worker !== undefined) useEarly(early.worker, process.env['LOCKER_API_BASE'])
    return () => {
      endEarly()
      early.end()
    }
  } catch {
    // It fails again for the call, where that can be told.
    void early.worker?.worker.terminate()
    early.end()
    return undefined
  }
}

/** No file configures (a `package.json` ends the search for `locker.json`), and nothing is cached or good enough. */
function isCertainToAsk(folder: string | false): boolean {
  if (process.env['LOCKER_DOTENV'] !== undefined || !existsSync('package.json')) return false
  if (['.env', 'locker.json'].some((path) => existsSync(path))) return false
  return folder === false || isNone(process.env['LOCKER_REST_TIME']) || !existsSync(folder)
}

/** The rest time's own default is none. */
function isNone(restTime: string | undefined): boolean {
  return restTime === undefined || restTime === '0'
}

/** Costs next to nothing. What else it may be is judged on the whole way. */
function isSwitchedOff(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}
