/** Every path, method and query that we use. protocol: section 3, Requests */

/** One request's line: what to ask for, before it is sent. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path and query, to append to the base URL; begins with `/v1/`. */
  readonly path: string
}

/** Narrows a list. Everything left out means: no filter. */
export interface ListFilter {
  /** A secret's or an environment's salted hash. */
  readonly hash?: string
  /** Only records revised after it, in Unix seconds with fraction. Default 0: all. */
  readonly revisionDate?: number
  /** 1 and up. Default 1. */
  readonly page?: number
}

/** The largest page that we ask for; a server may serve smaller ones. */
export const PAGE_SIZE = 2000

/** What each call asks for; some take the id of a record, or a filter. */
export const endpoints = {
  profile: get('/v1/profile'),
  secrets: (filter: ListFilter = {}) => get(`/v1/secrets?${listQuery('count_secrets', filter)}`),
  environments: (filter: ListFilter = {}) =>
    get(`/v1/environments?${listQuery('count_environment', filter)}`),
  secret: (id: string) => get(`/v1/secrets/${id}`),
  environment: (id: string) => get(`/v1/environments/${id}`),
  createSecret: { method: 'POST', path: '/v1/secrets' },
  createEnvironment: { method: 'POST', path: '/v1/environments' },
  updateSecret: (id: string) => put(`/v1/secrets/${id}`),
  updateEnvironment: (id: string) => put(`/v1/environments/${id}`),
  revisionDate: get('/v1/sync/revision_date'),
  deletedItemDate: get('/v1/sync/deleted_item_date'),
  secretsCount: get('/v1/sync/secrets/count'),
  environmentsCount: get('/v1/sync/environments/count'),
} as const satisfies Record<string, Endpoint | ((...args: never[]) => Endpoint)>

/**
 * @param next a page's `next`: a path beginning `/v1/`, or an absolute URL
 * @param apiBase the base URL
 * @returns the page to ask for; undefined when it is neither, or leads to another origin
 */
export function followNext(next: string, apiBase: string): Endpoint | undefined {
  const base = new URL(apiBase)
  const basePath = base.pathname.replace(/\/$/, '')
  const target = parseUrl(next.startsWith('/') ? apiBase.replace(/\/$/, '') + next : next)
  if (target?.origin !== base.origin || !target.pathname.startsWith(`${basePath}/v1/`)) return undefined
  return get(target.pathname.slice(basePath.length) + target.search)
}

function listQuery(count: string, { hash, revisionDate = 0, page = 1 }: ListFilter): string {
  const filter = hash === undefined ? '' : `&hash=${encodeURIComponent(hash)}`
  return `${count}=1&paging=1&page=${page}&size=${PAGE_SIZE}&revision_date=${revisionDate}${filter}`
}

function get(path: string): Endpoint {
  return { method: 'GET', path }
}

function put(path: string): Endpoint {
  return { method: 'PUT', path }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
