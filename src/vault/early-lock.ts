/** The lock of a start that begins with its worker, beside the cache's files: see `sync/early.ts`. */
export const EARLY_LOCK = 'early.lock'

/** How long one start may keep the others from starting early. */
export const EARLY_PATIENCE_MS = 10_000
