/** Bundles that a `locker-run` loads only when it needs them: see `src/deferred.ts`. */

/** Everything but the start that repeats an earlier one. */
export function requireWhole(): typeof import('./whole.ts') {
  return require('./run-whole.cjs')
}

/** The words for a command that could not be started. */
export function requireStartFailure(): typeof import('./start-failure.ts') {
  return require('./start-failure.cjs')
}
