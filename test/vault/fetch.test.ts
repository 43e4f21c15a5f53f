import { describe, expect, it } from 'vitest'
import type { Connection } from '../../src/config/config.ts'
import { AuthenticationError, LockerError, ResourceNotFoundError } from '../../src/errors.ts'
import { createLogger, type LogLevel } from '../../src/logger.ts'
import type { FetchRequest } from '../../src/vault/fetch.ts'
import { fetchProject } from '../../src/vault/fetch-pooled.ts'
import type { Snapshot } from '../../src/vault/snapshot.ts'
import { ACCESS_KEY_ID, connectionTo, failureOf, SETTINGS, silent } from '../http/client.ts'
import { html, json, type Seen, startServer } from '../http/test-server.ts'
import { createProject, pageOf, profileOf, REVISION_DATE, serveProject } from './test-project.ts'

const project = createProject()
const secrets = [project.secret('A', 'x'), project.secret('B', 'y', 'production')]

const requestTo = (apiBase: string, environment?: string, other?: Partial<Connection>): FetchRequest => ({
  accessKeyId: ACCESS_KEY_ID,
  connection: connectionTo(apiBase, other),
  environment,
  settings: SETTINGS,
})

async function fetchWhole(request: FetchRequest, signal?: AbortSignal): Promise<Snapshot> {
  const fetched = await fetchProject(request, silent, signal)
  if (fetched.kind !== 'snapshot') throw new Error(fetched.kind)
  return fetched.snapshot
}

const pathsOf = (seen: readonly Seen[]) => seen.map(({ path }) => path.replace(/\?.*/, '')).toSorted()

describe('fetchProject', () => {
  it('asks for profile and first page side by side, on two connections that stay open', async () => {
    const answer = serveProject(project, secrets, ['empty'])
    const withheld: (() => void)[] = []
    const server = await startServer((request, response) => {
      withheld.push(() => answer(request, response))
      // Neither of the first two is answered before both are here; the third comes after them.
      if (withheld.length === 2) for (const reply of withheld) reply()
      if (withheld.length > 2) withheld.at(-1)?.()
    })
    await fetchWhole(requestTo(server.origin, 'empty'))
    expect(pathsOf(server.seen)).toEqual(['/v1/environments', '/v1/profile', '/v1/secrets'])
    expect(server.sockets).toHaveLength(2)
    const [first, second, third] = server.seen
    expect(first?.socket).not.toBe(second?.socket)
    expect([first?.socket, second?.socket]).toContain(third?.socket)
  })

  it.each([
    ['ALL', undefined, 2],
    ['an environment that a secret names', 'production', 2],
    ['an environment that no secret names', 'empty', 3],
  ])('needs for %s exactly %s %i requests', async (_, environment, count) => {
    const server = await startServer(serveProject(project, secrets, ['production', 'empty']))
    await fetchWhole(requestTo(server.origin, environment))
    expect(server.seen).toHaveLength(count)
  })

  it('brings the ciphertext as it came, and what it takes to open it', async () => {
    const server = await startServer(serveProject(project, secrets))
    const before = Date.now()
    const snapshot = await fetchWhole(requestTo(server.origin))
    expect(snapshot).toMatchObject({
      projectId: project.projectId,
      profileKey: project.profileKey,
      revisionDate: REVISION_DATE,
      environmentHashes: [],
      secrets,
    })
    expect(snapshot.deletedItemDate).toBeUndefined()
    expect(snapshot.fetchedAtMs).toBeGreaterThanOrEqual(before)
    expect(snapshot.fetchedAtMs).toBeLessThanOrEqual(Date.now())
  })

  it('remembers that an environment exists which no secret names', async () => {
    const server = await startServer(serveProject(project, secrets, ['empty']))
    const snapshot = await fetchWhole(requestTo(server.origin, 'empty'))
    expect(snapshot.environmentHashes).toEqual([project.hash('empty')])
    expect(server.seen.at(-1)?.path).toContain(`&hash=${project.hash('empty')}`)
  })

  it.each(['prodution', 'Production', ' production', 'all', 'two\nlines'])(
    'knows no environment %j, and says so by name',
    async (environment) => {
      const server = await startServer(serveProject(project, secrets, ['production', 'empty']))
      const failure = await failureOf(fetchWhole(requestTo(server.origin, environment)))
      expect(failure).toBeInstanceOf(ResourceNotFoundError)
      expect(failure.message).toContain(
        `there is no environment ${JSON.stringify(environment)} in this project`,
      )
      expect(failure.message).toContain('check LOCKER_ENVIRONMENT')
      expect(server.seen).toHaveLength(3)
    },
  )

  it('does not take any environment for the one it asked for', async () => {
    const other = { id: 'b', name: null, hash: project.hash('staging') }
    const server = await startServer(({ path }, response) => {
      if (path.startsWith('/v1/environments')) return json(response, 200, pageOf([other]))
      serveProject(project, secrets)({ path } as Seen, response)
    })
    expect(await failureOf(fetchWhole(requestTo(server.origin, 'empty')))).toBeInstanceOf(
      ResourceNotFoundError,
    )
  })

  it.each(['/v1/profile', '/v1/secrets'])(
    'fails when %s is refused, and stops waiting for the other',
    async (path) => {
      let refuse = () => {}
      const server = await startServer((request, response) => {
        if (request.path.startsWith(path)) {
          refuse = () => json(response, 401, { code: 'unauthorized', message: 'no' })
        }
        if (request.number === 2) refuse()
      })
      expect(await failureOf(fetchWhole(requestTo(server.origin)))).toBeInstanceOf(AuthenticationError)
      expect(pathsOf(server.seen)).toEqual(['/v1/profile', '/v1/secrets'])
    },
  )

  it('closes its connections, also those that are still busy', async () => {
    const server = await startServer((request, response) => {
      if (request.path === '/v1/profile') html(response, 401)
    })
    await failureOf(fetchWhole(requestTo(server.origin)))
    expect(server.sockets.length).toBeGreaterThan(0)
    await Promise.all(server.sockets.map(closed))
  })

  it('closes its connections when all is well', async () => {
    const server = await startServer(serveProject(project, secrets))
    await fetchWhole(requestTo(server.origin))
    expect(server.sockets.length).toBeGreaterThan(0)
    await Promise.all(server.sockets.map(closed))
  })

  it('has one deadline over everything', async () => {
    const server = await startServer(({ path }, response) => {
      if (path === '/v1/profile') return json(response, 200, profileOf(project))
      if (path.startsWith('/v1/secrets')) return json(response, 200, pageOf(secrets))
    })
    const failure = await failureOf(fetchWhole(requestTo(server.origin, 'empty', { timeoutMs: 3000 })))
    expect(failure.message).toContain('within 3000 ms')
    expect(server.seen).toHaveLength(3)
  })

  it.each([
    ['before it began', 0],
    ['while it waited', 100],
  ])("throws the caller's reason when it was cancelled %s", async (_, delayMs) => {
    const server = await startServer(() => {})
    const caller = new AbortController()
    const reason = new Error('interrupted')
    if (delayMs === 0) caller.abort(reason)
    setTimeout(() => caller.abort(reason), delayMs)
    await expect(fetchWhole(requestTo(server.origin), caller.signal)).rejects.toBe(reason)
    await Promise.all(server.sockets.map(closed))
  })

  it('names a caFile that cannot be read', async () => {
    const request = requestTo('https://127.0.0.1:1', undefined, { caFile: '/nowhere.pem' })
    const failure = await failureOf(fetchWhole(request))
    expect(failure).toBeInstanceOf(LockerError)
    expect(failure.message).toContain('/nowhere.pem')
  })

  it('says at debug level what it fetched, without a key or a value', async () => {
    const lines: string[] = []
    const server = await startServer(serveProject(project, secrets))
    await fetchProject(
      requestTo(server.origin),
      createLogger(2 satisfies LogLevel, (line) => lines.push(line)),
    )
    expect(lines).toContain(`lockerpm: debug: fetched 2 secrets at revision ${REVISION_DATE}`)
    expect(lines).toHaveLength(3)
    expect(lines.join()).not.toContain(ACCESS_KEY_ID)
  })
})

describe('fetchProject for a caller that knows a revision', () => {
  const known = { revisionDate: REVISION_DATE, deletedItemDate: 5 }

  /** A service at `revisionDate` where something was last deleted at `deletedItemDate`. */
  const serveAt = (revisionDate: number, deletedItemDate: number) =>
    startServer((request, response) => {
      if (request.path === '/v1/sync/revision_date') return json(response, 200, revisionDate)
      if (request.path === '/v1/sync/deleted_item_date') return json(response, 200, deletedItemDate)
      if (request.path === '/v1/sync/secrets/count') return json(response, 200, secrets.length)
      serveProject(project, secrets)(request, response)
    })

  it.each([
    ['nothing when nothing has changed', REVISION_DATE, 5, { kind: 'unchanged', deletedItemDate: 5 }, 2],
    ['that the service is older', 3, 5, { kind: 'older', revisionDate: 3 }, 2],
    [
      'everything when something was deleted',
      REVISION_DATE,
      6,
      { kind: 'snapshot', snapshot: { secrets, deletedItemDate: 6 } },
      4,
    ],
  ])('brings %s', async (_, revisionDate, deletedItemDate, fetched, requests) => {
    const server = await serveAt(revisionDate, deletedItemDate)
    await expect(fetchProject({ ...requestTo(server.origin), known }, silent)).resolves.toMatchObject(fetched)
    expect(server.seen).toHaveLength(requests)
  })

  it('brings what has changed', async () => {
    const server = await serveAt(REVISION_DATE, 5)
    const request = { ...requestTo(server.origin), known: { ...known, revisionDate: 7 } }
    const delta = { revisionDate: REVISION_DATE, deletedItemDate: 5, count: secrets.length, secrets }
    await expect(fetchProject(request, silent)).resolves.toEqual({ kind: 'delta', delta })
    expect(server.seen.find(({ path }) => path.startsWith('/v1/secrets'))?.path).toContain('revision_date=7')
  })
})

async function closed(socket: Seen['socket']): Promise<void> {
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
}
