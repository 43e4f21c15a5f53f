/** All that a start loads which may repeat an earlier one: what it is, and what is known of it. */
import { type Circumstances, type Door, describeCircumstances } from './circumstances.ts'
import type { Host } from './record-folder.ts'
import { recallStart } from './replay.ts'
import type { Recollection } from './start-record.ts'

/** As {@link recall}, wherever it is loaded from. */
export type Recall = (door: Door, options: readonly string[], host: Host) => Recalled

interface Recalled {
  /** For the record; undefined: none is to be made. */
  readonly circumstances: Circumstances | undefined
  /** Undefined: there is no record of such a start, or what decided it has changed since. */
  readonly recollection: Recollection | undefined
}

/** As `describeCircumstances`, and then `recallStart`. */
export function recall(door: Door, options: readonly string[], host: Host): Recalled {
  const circumstances = describeCircumstances(door, options, host)
  return { circumstances, recollection: circumstances && recallStart(circumstances, host.env) }
}
