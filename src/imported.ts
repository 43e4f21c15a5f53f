/** What `register/index.mjs` loads, for `--import lockerpm/register` and an application's import. */
import { requireRecall } from './deferred.ts'
import * as preload from './preload.ts'

/** @param moduleUrl of the imported module */
export function registerImported(moduleUrl: string): Promise<void> | undefined {
  // A cold start does without it: 0.6 ms.
  return preload.registerImported(moduleUrl, (...start) => requireRecall().recall(...start))
}
