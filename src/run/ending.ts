/** How a program ended, and how we end the same way. product: section 3, "Exit status" */

/** A status, or the signal that killed it. */
export type Ending =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }

/**
 * Signals that dump core by default. We end with 128+n instead of raising them: our core would hold
 * credentials.
 */
const CORE_DUMPING: ReadonlySet<NodeJS.Signals> = new Set([
  ...(['SIGQUIT', 'SIGABRT', 'SIGSEGV', 'SIGTRAP', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSYS'] as const),
  ...(['SIGXCPU', 'SIGXFSZ'] as const),
])

/** @returns the exit status of an ending where it can't be a signal: 128+n for one, as in a shell */
export function exitStatus(ending: Ending): number {
  if (ending.kind === 'exited') return ending.status
  return 128 + process.getBuiltinModule('node:os').constants.signals[ending.signal]
}

/**
 * @param signal what the child died of
 * @param pid our own
 * @returns whether we may die of it as well. As PID 1 nobody dies of a signal without a handler
 */
export function mayRaise(signal: NodeJS.Signals, pid: number): boolean {
  return pid !== 1 && !CORE_DUMPING.has(signal)
}

/** Dies of a signal, so that the parent sees it. Returns all the same when it comes a moment later. */
export function raise(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  try {
    // Adding a listener and removing it leaves the default behind, whatever Node had set up.
    const listener = () => {}
    process.on(signal, listener)
    process.removeListener(signal, listener)
  } catch {
    // Nobody can listen to SIGKILL, and nothing is in its way.
  }
  process.kill(process.pid, signal)
}
