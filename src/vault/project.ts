/** A project that is kept in memory: its ciphertext, found by hash, and what of it was opened. */
import type { WireSecret } from '../wire/types.ts'
import type { Opener } from './open-records.ts'
import type { Known } from './revalidate.ts'
import type { Snapshot } from './snapshot.ts'

/** One revision of a project. */
export class Project {
  readonly snapshot: Snapshot
  readonly opener: Opener
  /** Unix milliseconds, just before the service last said that nothing has changed. */
  validatedAtMs: number
  /** Undefined: the service hasn't been asked yet. */
  deletedItemDate: number | undefined
  #byHash: ReadonlyMap<string, readonly WireSecret[]> | undefined
  #environmentHashes: ReadonlySet<string | null> | undefined

  constructor(snapshot: Snapshot, opener: Opener) {
    this.snapshot = snapshot
    this.opener = opener
    this.validatedAtMs = snapshot.fetchedAtMs
    this.deletedItemDate = snapshot.deletedItemDate
  }

  get known(): Known {
    return { revisionDate: this.snapshot.revisionDate, deletedItemDate: this.deletedItemDate }
  }

  /** @returns the secrets with that `secret_hash`, of whatever environment */
  withHash(hash: string): readonly WireSecret[] {
    this.#byHash ??= groupByHash(this.snapshot.secrets)
    return this.#byHash.get(hash) ?? []
  }

  /** @returns whether the snapshot alone can say that the environment of that hash exists */
  knowsEnvironment(hash: string): boolean {
    this.#environmentHashes ??= new Set([
      ...this.snapshot.secrets.map((secret) => secret.environment_hash),
      ...this.snapshot.environmentHashes,
    ])
    return this.#environmentHashes.has(hash)
  }
}

function groupByHash(secrets: readonly WireSecret[]): Map<string, WireSecret[]> {
  const groups = new Map<string, WireSecret[]>()
  for (const secret of secrets) {
    const group = groups.get(secret.secret_hash)
    if (group === undefined) groups.set(secret.secret_hash, [secret])
    else group.push(secret)
  }
  return groups
}
