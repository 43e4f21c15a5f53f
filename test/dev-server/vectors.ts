/** The answers of test/vectors/wire.json, and a project that holds their records. */
import { readFileSync } from 'node:fs'
import type { ProjectState } from '../../src/dev-server/index.ts'

interface Vectors {
  readonly credential: { readonly access_key_id: string; readonly secret_access_key: string }
  readonly answers: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/wire.json', import.meta.url), 'utf8'),
)

const answer = (path: string) =>
  Object.entries(vectors.answers).find(([name]) => name.startsWith(`GET ${path}`))?.[1]
const list = (path: string) => (answer(path) as { results: never[] }).results
const { profile } = answer('/v1/profile') as { profile: ProjectState['access_keys'][0]['profile'] }

export const vectorProject: ProjectState = {
  project_id: profile.project_id,
  revision_date: answer('/v1/sync/revision_date') as number,
  deleted_item_date: answer('/v1/sync/deleted_item_date') as number,
  access_keys: [{ ...vectors.credential, profile }],
  environments: list('/v1/environments?'),
  secrets: list('/v1/secrets?'),
}
