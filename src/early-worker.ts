/**
 * A worker started before the configuration is read, where one is certain to be needed: it comes up while this thread
 * finds out what to ask. product: section 2
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { requireBridge } from './deferred.ts'
import { preparePrivateFolder } from './vault/private-file.ts'
import { enterFlight } from './vault/single-flight.ts'

/** How long one start may keep all others from doing the same. */
const PATIENCE_MS = 10_000

/**
 * One start at a time: of 200 that begin together one will ask, and 200 idle workers take 13 s on two cores.
 *
 * @param folder the cache's
 * @returns to be called when the start is done, whatever became of it, and again does no harm; undefined: another one is
 *   at it
 */
export function startWorkerEarly(folder: string): (() => void) | undefined {
  if (preparePrivateFolder(folder) !== undefined) return undefined
  const flight = enterFlight(join(folder, 'early.lock'), Date.now(), PATIENCE_MS)
  if (flight.kind !== 'ours') return undefined
  try {
    const { startEarly, dismissEarly } = requireBridge()
    startEarly()
    return () => {
      dismissEarly()
      flight.release()
    }
  } catch {
    // Such as a Node that allows no workers: the start itself will say so.
    flight.release()
    return undefined
  }
}

/**
 * @param folder the cache's
 * @param cwd where files might configure otherwise
 * @returns whether nothing is cached and nothing but variables configures
 */
export function isFirstStart(folder: string, cwd: string): boolean {
  return ![folder, join(cwd, '.env'), join(cwd, 'locker.json')].some((path) => existsSync(path))
}
