/** Bundles that a `locker-run` loads only when it needs them: see `src/deferred.ts`. */
import { requireFetch, requireNativeFetch } from '../deferred.ts'
import { isPreceded } from '../preload-flags.ts'
import type { Fetch } from '../vault/fetch.ts'

/** The network's half. NODE_OPTIONS may have loaded somebody else's code into this process as well. */
export function requireOwnFetch(): Fetch {
  return isPreceded(process, false) ? requireFetch() : requireNativeFetch()
}

/** The whole of `locker-run`. */
export function requireMain(): typeof import('./main.ts') {
  return require('./locker-main.cjs')
}

/** Everything but the start that repeats an earlier one. */
export function requireWhole(): typeof import('./whole.ts') {
  return require('./run-whole.cjs')
}

/** Help, and whatever else needs no load. */
export function requireWithoutSecrets(): typeof import('./without-secrets.ts') {
  return require('./without-secrets.cjs')
}

/** A service of our own: for `--compile`. */
export function requireDevServer(): typeof import('../dev-server/index.ts') {
  return require('./dev-server.cjs')
}

/** `--exec`. */
export function requireExec(): typeof import('./exec.ts') {
  return require('./exec.cjs')
}

/** The words for a command that could not be started. */
export function requireStartFailure(): typeof import('./start-failure.ts') {
  return require('./start-failure.cjs')
}
