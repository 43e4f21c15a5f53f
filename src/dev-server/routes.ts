/** Request to answer, over the store; nothing here knows sockets. protocol: section 3 */
import { authenticate, type Caller, requireRate, requireWrite } from './access.ts'
import { decodeEnvironmentBody, decodeSecretBody } from './bodies.ts'
import { formatPage } from './page.ts'
import type { Project } from './project.ts'
import type { RateLimiter } from './rate-limit.ts'
import type { AccessKeyRecord, EnvironmentRecord, SecretRecord } from './records.ts'
import { Refusal } from './refusal.ts'
import type { Store } from './store.ts'

/** What the routes work on. */
export interface Service {
  readonly store: Store
  readonly maxPageSize: number
  readonly limiter: RateLimiter | undefined
  /** Unix milliseconds. */
  readonly nowMs: () => number
}

/** A whole request. */
export interface ServiceRequest extends Caller {
  readonly method: string
  /** Path with query. */
  readonly url: string
  /** Empty without one. */
  readonly body: string
}

/** A whole answer. */
export interface ServiceAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Call {
  readonly project: Project
  readonly key: AccessKeyRecord
  /** The `{id}` of the path, or `''`. */
  readonly id: string
  readonly path: string
  readonly query: URLSearchParams
  readonly maxPageSize: number
  readonly body: string
}

/** Gives the body of a success. */
type Handler = (call: Call) => string

type Route = Readonly<Partial<Record<'GET' | 'POST' | 'PUT', Handler>>>

const SUCCESS_STATUS: Readonly<Record<string, number>> = { POST: 201 }

const ROUTES: readonly (readonly [path: RegExp, route: Route])[] = [
  [/^\/v1\/profile$/, { GET: ({ key }) => JSON.stringify({ object: 'profile', profile: key.profile }) }],
  [/^\/v1\/secrets$/, { GET: listSecrets, POST: createSecret }],
  [/^\/v1\/secrets\/([^/]+)$/, { GET: getSecret, PUT: modifySecret }],
  [/^\/v1\/environments$/, { GET: listEnvironments, POST: createEnvironment }],
  [/^\/v1\/environments\/([^/]+)$/, { GET: getEnvironment, PUT: modifyEnvironment }],
  [/^\/v1\/sync\/revision_date$/, { GET: ({ project }) => String(project.revision.revisionDate) }],
  [/^\/v1\/sync\/deleted_item_date$/, { GET: ({ project }) => String(project.revision.deletedItemDate) }],
  [/^\/v1\/sync\/secrets\/count$/, { GET: ({ project }) => String(project.secrets.size) }],
  [/^\/v1\/sync\/environments\/count$/, { GET: ({ project }) => String(project.environments.size) }],
]

/** @returns the answer, be it an error: nothing that a client sends makes this throw */
export function answerRequest(service: Service, request: ServiceRequest): ServiceAnswer {
  try {
    const body = dispatch(service, request)
    return { status: SUCCESS_STATUS[request.method] ?? 200, headers: JSON_HEADERS, body }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return answerRefusal(error)
  }
}

/** @returns `{code, message}` under the refusal's status */
export function answerRefusal({ status, headers, code, message }: Refusal): ServiceAnswer {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify({ code, message }) }
}

const JSON_HEADERS = { 'Content-Type': 'application/json' }

function dispatch(service: Service, request: ServiceRequest): string {
  const [path = '', queryText] = request.url.split('?', 2)
  const { route, id } = findRoute(path)
  const nowMs = service.nowMs()
  const access = authenticate(service.store, request, nowMs)
  requireRate(service.limiter, access, nowMs)
  const handler = findHandler(route, request.method)
  if (request.method !== 'GET') requireWrite(access)
  const query = new URLSearchParams(queryText)
  return handler({ ...access, id, path, query, maxPageSize: service.maxPageSize, body: request.body })
}

function findRoute(path: string): { route: Route; id: string } {
  for (const [pattern, route] of ROUTES) {
    const match = pattern.exec(path)
    if (match !== null) return { route, id: match[1] ?? '' }
  }
  throw new Refusal('not_found', 'There is no such path')
}

function findHandler(route: Route, method: string): Handler {
  const found = Object.entries(route).find(([name]) => name === method)
  if (found !== undefined) return found[1]
  const allow = Object.keys(route).join(', ')
  throw new Refusal('method_not_allowed', `This path answers ${allow} only`, { Allow: allow })
}

function listSecrets({ project, query, ...request }: Call): string {
  const environmentId = query.get('environment_id') ?? ''
  const rows = filterRows(project.secrets, query)
  const inside = environmentId === '' ? rows : rows.filter((row) => row.environment_id === environmentId)
  return formatPage(inside, project.revision.revisionDate, { ...request, query })
}

function listEnvironments({ project, query, ...request }: Call): string {
  const rows = filterRows(project.environments, query)
  return formatPage(rows, project.revision.revisionDate, { ...request, query })
}

function getSecret({ project, id }: Call): string {
  return JSON.stringify(project.secrets.get(id) ?? refuseMissing('secret'))
}

function getEnvironment({ project, id }: Call): string {
  return JSON.stringify(project.environments.get(id) ?? refuseMissing('environment'))
}

function createSecret({ project, body }: Call): string {
  return formatWritten(project.secrets.create(decodeSecretBody(body)))
}

function modifySecret({ project, id, body }: Call): string {
  return formatWritten(project.secrets.modify(id, decodeSecretBody(body)))
}

function createEnvironment({ project, body }: Call): string {
  return formatWritten(project.environments.create(decodeEnvironmentBody(body)))
}

function modifyEnvironment({ project, id, body }: Call): string {
  return formatWritten(project.modifyEnvironment(id, decodeEnvironmentBody(body)))
}

/** The encrypted fields are there twice: the official client reads them from `data`. */
function formatWritten(row: SecretRecord | EnvironmentRecord): string {
  const { description } = row
  const data =
    row.object === 'secret'
      ? { key: row.key, value: row.value, description, environment_name: row.environment_name }
      : { name: row.name, external_url: row.external_url, description }
  return JSON.stringify({ ...row, data })
}

interface Searchable<Row> {
  readonly rows: readonly Row[]
  withHash(hash: string): readonly Row[]
}

function filterRows<Row extends { readonly revision_date: number | null }>(
  table: Searchable<Row>,
  query: URLSearchParams,
): readonly Row[] {
  const hash = query.get('hash') ?? ''
  const since = Number(query.get('revision_date') ?? '')
  if (Number.isNaN(since)) throw new Refusal('invalid_data', 'revision_date must be a number')
  const rows = hash === '' ? table.rows : table.withHash(hash)
  return since > 0 ? rows.filter((row) => (row.revision_date ?? 0) > since) : rows
}

function refuseMissing(what: 'secret' | 'environment'): never {
  throw new Refusal('not_found', `There is no such ${what}`)
}
