/** What `register/index.mjs` loads, for `--import lockerpm/register` and an application's import. */
import { compiled, requireCompiled } from './compile-cache.ts'
import { requireRecall, requireRegister } from './deferred.ts'
import { keepCompiled } from './keep-code.ts'
import * as preload from './preload.ts'
import type * as Register from './register.ts'
import type { Circumstances } from './replay/circumstances.ts'

/** @param moduleUrl of the imported module */
export function registerImported(moduleUrl: string): Promise<void> | undefined {
  // A cold start does without it: 0.6 ms.
  return preload.registerImported(moduleUrl, (...start) => requireRecall().recall(...start), registerAwaited)
}

async function registerAwaited(circumstances: Circumstances | undefined): Promise<void> {
  const register = requireCompiled<typeof Register>('./register.cjs') ?? requireRegister()
  await register.registerAwaited(circumstances)
  keepCompiled(compiled)
}
