/** All that a start loads which may repeat an earlier one: what it is, and what is known of it. */
import type { Env } from '../environment/names.ts'
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
  // Copied, since each look at a variable of `process.env` takes 1 µs, and these are a hundred.
  const env: Env = Object.assign(Object.create(null), host.env)
  const { platform } = host
  const circumstances = describeCircumstances(door, options, { env, platform, cwd: () => host.cwd() })
  return { circumstances, recollection: circumstances && recallStart(circumstances, env) }
}
