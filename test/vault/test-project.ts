/** A project as the service holds it, and a server that serves it. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { encrypt, openProjectKeys, randomProjectKeys } from '../../src/crypto/cipher.ts'
import { hashText } from '../../src/crypto/hash.ts'
import { type KeyPair, stretchAccessKey } from '../../src/crypto/keys.ts'
import type { WireSecret } from '../../src/wire/types.ts'
import { json, type Seen } from '../http/test-server.ts'

export const REVISION_DATE = 1700000200.75

export interface TestProject {
  readonly projectId: number
  /** The secret access key, decoded. */
  readonly secretBytes: Buffer
  readonly keys: KeyPair
  readonly profileKey: string
  /** @param other replaces what the service would have */
  secret(key: string, value: string | Buffer, environment?: string, other?: Partial<WireSecret>): WireSecret
  hash(text: string): string
}

export function createProject(): TestProject {
  const projectId = 731
  const secretBytes = randomBytes(32)
  const stretched = stretchAccessKey(secretBytes)
  const profileKey = encrypt(stretched, randomProjectKeys())
  const keys = openProjectKeys(stretched, profileKey)
  const hash = (text: string) => hashText(projectId, text)
  return {
    projectId,
    secretBytes,
    keys,
    profileKey,
    hash,
    secret: (key, value, environment, other = {}) => ({
      id: randomUUID(),
      key: encrypt(keys, key),
      value: encrypt(keys, value),
      description: null,
      secret_hash: hash(key),
      environment_id: environment === undefined ? null : `id-of-${hash(environment)}`,
      environment_name: environment === undefined ? null : encrypt(keys, environment),
      environment_hash: environment === undefined ? null : hash(environment),
      creation_date: 1,
      revision_date: 1,
      updated_date: null,
      deleted_date: null,
      last_use_date: null,
      ...other,
    }),
  }
}

export function profileOf({ profileKey, projectId }: TestProject): object {
  const profile = { id: 'a', key: profileKey, activated: true, editable: false, project_id: projectId }
  return { object: 'profile', profile }
}

export function pageOf(
  results: readonly object[],
  other: { count?: number; next?: string | null; revision_date?: number } = {},
): object {
  return {
    count: results.length,
    next: null,
    previous: null,
    revision_date: REVISION_DATE,
    results,
    ...other,
  }
}

/** Serves the project's secrets on one page, and the environments that are named. */
export function serveProject(
  project: TestProject,
  secrets: readonly WireSecret[],
  environments: readonly string[] = [],
): (request: Seen, response: ServerResponse) => void {
  return ({ path }, response) => {
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    if (pathname === '/v1/profile') return json(response, 200, profileOf(project))
    if (pathname === '/v1/secrets') return json(response, 200, pageOf(secrets))
    const rows = environments
      .map((name) => ({ id: 'b', name: encrypt(project.keys, name), hash: project.hash(name) }))
      .filter(({ hash }) => hash === searchParams.get('hash'))
    return json(response, 200, pageOf(rows))
  }
}
