/** Whole records, as the service keeps and answers them: also the fields that our client never reads. */
import type { WireEnvironment, WirePage, WireProfile, WireSecret } from '../wire/types.ts'

/** A secret with every field of the wire. */
export interface SecretRecord extends WireSecret {
  readonly object: 'secret'
  readonly project_id: number
}

/** An environment with every field of the wire. */
export interface EnvironmentRecord extends WireEnvironment {
  readonly object: 'environment'
  readonly project_id: number
}

/** An access key's profile with every field of the wire. */
export interface ProfileRecord extends WireProfile {
  readonly object: 'access_key'
  readonly client_id: string
  /** Addresses that the key may be used from; empty: from anywhere. */
  readonly restrict_ip: readonly string[]
  /** Unix seconds, like every date. */
  readonly creation_date: number
  readonly revision_date: number
  /** Null: never. */
  readonly expiration_date: number | null
  readonly projects: readonly string[]
}

/** An access key: both halves, and what the service knows of it. */
export interface AccessKeyRecord {
  /** The bearer token. */
  readonly access_key_id: string
  /** What the real service never sees; kept because this server made it. Canonical base64. */
  readonly secret_access_key: string
  readonly profile: ProfileRecord
}

/** Everything there is to a project: ciphertext, hashes and its access keys. What `--data` holds. */
export interface ProjectState {
  readonly project_id: number
  /** When anything last changed, Unix seconds with fraction. */
  readonly revision_date: number
  /** When anything was last deleted; 0: never. */
  readonly deleted_item_date: number
  readonly access_keys: readonly AccessKeyRecord[]
  readonly environments: readonly EnvironmentRecord[]
  readonly secrets: readonly SecretRecord[]
}

/** A page with every field of the wire. */
export interface PageRecord<Item> extends WirePage<Item> {
  readonly previous: string | null
}
