/**
 * Bundles that a start loads only when it needs them: a warm start must not pay for undici and synckit.
 * The paths are those of `dist`, where every bundle lies beside the others.
 */

/** undici, the wire and the load: for whoever asks the service without a worker in between. */
export function loadVault(): typeof import('./vault/load.ts') {
  return require('./load.cjs')
}

/** synckit and the calling side of the worker. */
export function loadBridge(): typeof import('./sync/bridge.ts') {
  return require('./bridge.cjs')
}
