/** A project's ciphertext at one revision. Nothing in it can be read without the secret access key. */
import type { WireSecret } from '../wire/types.ts'

/** What one load brings home; plain JSON, so that it crosses threads and files as one string. */
export interface Snapshot {
  /** Salts every hash. */
  readonly projectId: number
  /** The project's keys, an EncString under the stretched access key. */
  readonly profileKey: string
  /** When anything in the project last changed: Unix seconds with fraction. */
  readonly revisionDate: number
  /** When anything was last deleted; undefined when that wasn't asked for. */
  readonly deletedItemDate?: number | undefined
  /** Unix milliseconds of our clock, just before the service was asked. */
  readonly fetchedAtMs: number
  /** Every secret of the project, as the server sent it. */
  readonly secrets: readonly WireSecret[]
  /** Hashes of environments known to exist beside those that a secret names. */
  readonly environmentHashes: readonly string[]
}
