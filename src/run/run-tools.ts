/** What the entry has for whatever runs a command: it alone knows how this process ends. */
import type { Ending } from './ending.ts'
import type { Interruption } from './interruption.ts'
import type { CaughtSignals } from './signals.ts'

export interface RunTools {
  readonly signals: CaughtSignals
  /** Ends everything up to the start. */
  readonly interruption: Interruption
  /** Called when there is a command that must not be left alone. */
  onStarted(): void
  /** May be called when a command has ended and nothing is left to be done. To come back with that takes 0.1 ms, on Node 24 0.2. */
  onEnded(ending: Ending): void
}
