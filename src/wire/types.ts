/** The service's JSON, in the service's own snake_case, which appears nowhere else. protocol: section 3 */

/** The access key's profile. `key` holds the project's keys. */
export interface WireProfile {
  readonly id: string
  /** EncString under the stretched keys. */
  readonly key: string
  readonly activated: boolean
  /** Whether the key may write. */
  readonly editable: boolean
  /** Salts every hash. */
  readonly project_id: number
}

/** A secret. EncStrings may be empty or null, which both mean empty. */
export interface WireSecret {
  readonly id: string
  readonly key: string | null
  readonly value: string | null
  readonly description: string | null
  readonly secret_hash: string
  /** Null for a secret of ALL, like the two fields below. */
  readonly environment_id: string | null
  /** Written by clients, may be stale after a rename: for display. */
  readonly environment_name: string | null
  readonly environment_hash: string | null
  /** Unix seconds, with fraction, like every date. */
  readonly creation_date: number | null
  readonly revision_date: number | null
  readonly updated_date: number | null
  readonly deleted_date: number | null
  readonly last_use_date: number | null
}

/** An environment. */
export interface WireEnvironment {
  readonly id: string
  readonly name: string | null
  readonly hash: string
  readonly external_url: string | null
  readonly description: string | null
  readonly creation_date: number | null
  readonly revision_date: number | null
  readonly updated_date: number | null
}

/** One page of a list. */
export interface WirePage<Item> {
  /** Size of the whole filtered list. */
  readonly count: number
  /** A path beginning `/v1/`, an absolute URL on the same origin, or empty at the end. */
  readonly next: string | null
  /** When anything in the project last changed, Unix seconds with fraction. */
  readonly revision_date: number
  readonly results: readonly Item[]
}

/** The body of an error that is the service's own. */
export interface WireError {
  readonly code: string
  readonly message: string
}

/** The body of a POST or PUT of a secret; text fields are EncStrings. */
export interface WireSecretBody {
  readonly key?: string
  readonly hash: string
  readonly value?: string
  readonly description?: string
  /** Plain; `""` moves the secret to ALL. */
  readonly environment_id?: string
  readonly environment_name?: string
}

/** The body of a POST or PUT of an environment; text fields are EncStrings. */
export interface WireEnvironmentBody {
  readonly name?: string
  readonly hash: string
  readonly external_url?: string
  readonly description?: string
}
