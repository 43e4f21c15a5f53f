/**
 * The bytes of a sealed file: a readable line that says what it is, then what only the secret access key opens.
 * A project's snapshot and an environment's view are both such files.
 */
import type { AccessKey } from '../config/credentials.ts'
import { nodeCrypto } from '../crypto/node-crypto.ts'
import { seal, sealingKey, unseal } from '../crypto/seal.ts'

/** What a file holds. */
export type SealedKind = 'snapshot' | 'view'

/** Why a file can't be used, in words that go into one line on stderr. */
export interface Unusable {
  readonly reason: string
}

const FORMAT_VERSION = 1

/**
 * @param apiBase where the project is
 * @param accessKeyId whose project it is
 * @param environment for a view: which one; undefined: ALL, or a whole project
 * @returns a hash that tells scopes apart, and tells nobody anything else
 */
export function scopeHash(apiBase: string, accessKeyId: string, environment?: string): string {
  const scope = JSON.stringify([apiBase, accessKeyId.toLowerCase(), environment ?? null])
  return nodeCrypto().hash('sha256', `lockerpm scope\n${scope}`, 'base64url')
}

/**
 * @param kind what it is
 * @param scope made by {@link scopeHash}
 * @param content any JSON; times, revision and project are in it
 * @returns the file's bytes
 */
export function sealContent(kind: SealedKind, scope: string, content: unknown, accessKey: AccessKey): Buffer {
  const header = headerLine(kind, scope)
  const sealed = seal(sealingKey(accessKey.secretBytes, header), header, JSON.stringify(content))
  return Buffer.concat([Buffer.from(header), sealed])
}

/**
 * @param bytes a file's bytes
 * @param kind what it should be
 * @param scope what it should be about
 * @returns the content as it was given to {@link sealContent}, since nothing else passes
 */
export function unsealContent<Content>(
  bytes: Buffer,
  kind: SealedKind,
  scope: string,
  accessKey: AccessKey,
): { readonly content: Content } | Unusable {
  const header = headerLine(kind, scope)
  const end = bytes.indexOf('\n')
  const found = bytes.subarray(0, end + 1).toString('latin1')
  if (found !== header) return { reason: explainHeader(found, kind) }
  const text = unseal(sealingKey(accessKey.secretBytes, header), header, bytes.subarray(end + 1))
  if (text === undefined) return { reason: 'it was changed, or sealed with another secret access key' }
  return { content: JSON.parse(text) as Content }
}

/** The header is the key's purpose and authenticated, so that one file can't stand in for another. */
function headerLine(kind: SealedKind, scope: string): string {
  return `lockerpm ${kind} ${FORMAT_VERSION} ${scope}\n`
}

function explainHeader(found: string, kind: SealedKind): string {
  const [, foundKind, version] = /^lockerpm ([a-z]+) (\d{1,9}) [\w-]{43}\n$/.exec(found) ?? []
  if (foundKind !== kind) return `it is not a lockerpm ${kind}`
  if (version !== String(FORMAT_VERSION))
    return `its format version is ${version}; this lockerpm reads ${FORMAT_VERSION}`
  return 'it belongs to another access key id or another api base'
}
