/** Signals by which people and supervisors ask a program to end. HUP isn't one: daemons read their settings again. */
import { constants } from 'node:os'

const ENDING_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGBREAK']

/**
 * Hears them beside whoever forwards them.
 *
 * @param source `process`, which must have listeners of its own for them: ours come and go
 * @param callback is told each
 * @returns what ends that
 */
export function onEndingSignal(
  source: Pick<NodeJS.EventEmitter, 'on' | 'off'>,
  callback: (signal: NodeJS.Signals) => void,
): () => void {
  const signals = ENDING_SIGNALS.filter((known) => known in constants.signals)
  for (const signal of signals) source.on(signal, callback)
  return () => {
    for (const signal of signals) source.off(signal, callback)
  }
}
