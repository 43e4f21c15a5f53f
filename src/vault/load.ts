/**
 * THE use case: from a configuration to the secrets of its environment, for all three doors. Written once, as
 * a generator that yields what takes time, because one door has to block where the others await: `perform.ts`.
 */
import type { Config } from '../config/config.ts'
import { nameSetting, settingNames } from '../config/origin.ts'
import { requireAccessKey } from '../config/resolve.ts'
import type { Logger } from '../logger.ts'
import { openCache } from './cache.ts'
import { knowsEnvironment, missingEnvironment } from './environment-check.ts'
import type { Clock } from './freshness.ts'
import { loadCached } from './load-cached.ts'
import { openSealedSnapshot } from './sealed-snapshot.ts'
import { fetchSnapshot, type Later, type Load, open, startBudget } from './steps.ts'

/**
 * @param later what becomes of the writing of the cache; default: it is done before the load is
 * @throws LockerError when there is no access key; CliRunError when something can't be decrypted or a sealed
 *   snapshot can't be used; else the errors of `fetchProject`
 */
export function* load(config: Config, logger: Logger, clock: Clock, later: Later = atOnce): Load {
  const accessKey = requireAccessKey(config)
  const context = { config, logger, clock, accessKey, later }
  const { connection, environment, snapshotFile, cacheFolder } = config
  const scope = { apiBase: connection.apiBase, accessKey, environment }
  if (snapshotFile !== undefined) {
    const sealed = { ...scope, file: snapshotFile, namedBy: nameSetting(config, 'snapshot') }
    const snapshot = openSealedSnapshot(sealed, config.maxStaleSeconds, clock.now())
    if (environment !== undefined && !knowsEnvironment(snapshot, environment)) {
      throw missingEnvironment(environment, settingNames(config).environment)
    }
    return open(snapshot, context)
  }
  const cache = cacheFolder === undefined ? undefined : openCache({ ...scope, folder: cacheFolder }, logger)
  if (cache !== undefined) return yield* loadCached(cache, context)
  if (cacheFolder === undefined) logger.debug`no cache: it is switched off, or there is no home folder`
  return open(yield* fetchSnapshot(context, startBudget(context)), context)
}

function atOnce(work: () => void): void {
  work()
}
