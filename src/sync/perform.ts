/** Performs a load: blocking, through the worker, or awaiting, on this thread. */
import { requireBridge } from '../deferred.ts'
import type { LineSink, Logger } from '../logger.ts'
import type { Fetch, Fetched } from '../vault/fetch.ts'
import type { OpenedSecrets } from '../vault/open.ts'
import type { Effect, Load } from '../vault/steps.ts'
import { driveAsync, driveSync } from './drive.ts'

/**
 * Blocks until the secrets are there.
 *
 * @param load what to perform
 * @param logger its level is the worker's as well
 * @param sink where the worker's lines go
 * @param meanwhile done while a worker comes up; must not throw
 * @throws whatever the load throws
 */
export function performSync(
  load: Load,
  logger: Logger,
  sink: LineSink,
  meanwhile: () => void,
): OpenedSecrets {
  const perform = (effect: Effect): Fetched | undefined => {
    if ('waitMs' in effect)
      return void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, effect.waitMs)
    return requireBridge().fetchProjectSync(effect.fetch, logger.level, sink, meanwhile)
  }
  return driveSync(load, perform)
}

/**
 * @param load what to perform
 * @param logger where the fetch logs
 * @param requireFetch called if something has to be fetched
 * @param signal cancels; its reason is thrown
 * @param meanwhile done while the service is at work; must not throw
 * @throws whatever the load throws
 */
export async function performAsync(
  load: Load,
  logger: Logger,
  requireFetch: () => Fetch,
  signal?: AbortSignal,
  meanwhile?: () => void,
): Promise<OpenedSecrets> {
  const perform = (effect: Effect): Promise<Fetched | undefined> => {
    if ('waitMs' in effect) return sleep(effect.waitMs, signal)
    return requireFetch().fetchProject(effect.fetch, logger, signal, meanwhile)
  }
  return driveAsync(load, perform)
}

async function sleep(waitMs: number, signal: AbortSignal | undefined): Promise<undefined> {
  const { setTimeout } = process.getBuiltinModule('node:timers/promises')
  await setTimeout(waitMs, undefined, signal ? { signal } : {})
  return undefined
}
