/**
 * Bundles that a start loads only when it needs them: a warm start must not pay for undici and synckit.
 * The paths are those of `dist`, where every bundle lies beside the others.
 */

/** What may repeat an earlier start: for an import; `-r` has it built in. */
export function requireRecall(): typeof import('./replay/recall.ts') {
  return require('./recall.cjs')
}

/** Configuration, load and merge: for a preload that repeats no earlier start. */
export function requireRegister(): typeof import('./register.ts') {
  return require('./register.cjs')
}

/** undici, the wire and the fetch: for whoever asks the service from a thread in which others are. */
export function requireFetch(): typeof import('./vault/fetch-pooled.ts') {
  return require('./fetch.cjs')
}

/** The same without undici, for whoever is the first in its process. */
export function requireNativeFetch(): typeof import('./vault/fetch-natively.ts') {
  return require('./fetch-natively.cjs')
}

/** A worker before anything else: for whoever is certain to need one. */
export function requireEarly(): typeof import('./sync/early.ts') {
  return require('./early.cjs')
}

/** synckit and the calling side of the worker: for whoever must block until the answer is there. */
export function requireBridge(): typeof import('./sync/bridge.ts') {
  return require('./bridge.cjs')
}

/** The same for the SDK, whose worker stays. */
export function requireSdkBridge(): typeof import('./sync/sdk-bridge.ts') {
  return require('./sdk-bridge.cjs')
}
