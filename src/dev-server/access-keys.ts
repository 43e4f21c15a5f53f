/** Access keys as this server makes them. protocol: section 2, Project keys */
import { randomBytes, randomUUID } from 'node:crypto'
import { encrypt, openProjectKeys, randomProjectKeys } from '../crypto/cipher.ts'
import { decodeBase64 } from '../crypto/enc-string.ts'
import { KEY_BYTES, type KeyPair, stretchAccessKey } from '../crypto/keys.ts'
import { LockerError } from '../errors.ts'
import type { AccessKeyRecord, ProfileRecord, ProjectState } from './records.ts'

/** Both halves of an access key. */
export interface Credential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What an access key may do. */
export interface AccessKeyOptions {
  /** Default false. */
  readonly readOnly?: boolean
  /** Default true. */
  readonly activated?: boolean
  /** Unix seconds; null, the default: never. */
  readonly expirationDate?: number | null
  /** Addresses it may be used from; empty, the default: any. */
  readonly restrictIp?: readonly string[]
}

/**
 * @param projectId salts every hash; from 1
 * @param nowMs Unix milliseconds
 * @returns an empty project with one access key that may do everything
 */
export function newProjectState(projectId: number, nowMs: number): ProjectState {
  return {
    project_id: projectId,
    revision_date: nowMs / 1000,
    deleted_item_date: 0,
    access_keys: [newAccessKey(projectId, randomProjectKeys(), nowMs)],
    environments: [],
    secrets: [],
  }
}

/**
 * @param projectKeys the 64 bytes that the key is to open
 * @param nowMs Unix milliseconds
 * @returns an access key that may do everything
 */
export function newAccessKey(projectId: number, projectKeys: Buffer, nowMs: number): AccessKeyRecord {
  const secret = randomBytes(KEY_BYTES)
  const date = nowMs / 1000
  return {
    access_key_id: randomUUID(),
    secret_access_key: secret.toString('base64'),
    profile: {
      object: 'access_key',
      id: randomUUID(),
      client_id: randomUUID(),
      key: encrypt(stretchAccessKey(secret), projectKeys),
      activated: true,
      editable: true,
      restrict_ip: [],
      creation_date: date,
      revision_date: date,
      expiration_date: null,
      project_id: projectId,
      projects: [],
    },
  }
}

/** @returns the same key, changed; what is left out stays */
export function changeAccessKey(
  key: AccessKeyRecord,
  options: AccessKeyOptions,
  nowMs: number,
): AccessKeyRecord {
  const { profile } = key
  const changed: ProfileRecord = {
    ...profile,
    editable: options.readOnly === undefined ? profile.editable : !options.readOnly,
    activated: options.activated ?? profile.activated,
    expiration_date: options.expirationDate === undefined ? profile.expiration_date : options.expirationDate,
    restrict_ip: options.restrictIp ?? profile.restrict_ip,
    revision_date: nowMs / 1000,
  }
  return { ...key, profile: changed }
}

/**
 * @returns the keys of the project that the access key is for
 * @throws LockerError `locker_error` or `cli_error` when it doesn't open them
 */
export function openAccessKey(key: AccessKeyRecord): KeyPair {
  const secret = decodeBase64(key.secret_access_key)
  if (secret === undefined) throw new LockerError('a secret access key must be standard base64')
  return openProjectKeys(stretchAccessKey(secret), key.profile.key)
}
