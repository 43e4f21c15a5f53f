/** The network's half of everything: what the service holds for an access key. It never sees the secret half. */
import type { Connection } from '../config/config.ts'
import type { SettingNames } from '../config/origin.ts'
import { hashText } from '../crypto/hash.ts'
import { nodeCrypto } from '../crypto/node-crypto.ts'
import type { OpenConnections } from '../http/connections.ts'
import { type Deadline, startDeadline } from '../http/deadline.ts'
import { endpoints } from '../http/endpoints.ts'
import { createService, type Service, type ServiceOptions } from '../http/service.ts'
import { expectFewAnswers } from '../http/tier-up.ts'
import type { Logger } from '../logger.ts'
import { decodeEnvironment, decodePage, decodeProfile } from '../wire/decode.ts'
import { knowsEnvironment, missingEnvironment } from './environment-check.ts'
import { ENVIRONMENTS, loadList, SECRETS } from './pages.ts'
import { type Changes, fetchChanges, type Known } from './revalidate.ts'
import { createRevisionReader, type RevisionReader } from './revision.ts'
import type { Snapshot } from './snapshot.ts'

/** Plain data: it crosses to the worker as JSON. The secret access key is not in it. */
export interface FetchRequest {
  readonly accessKeyId: string
  readonly connection: Connection
  /** Must exist; undefined: ALL, which always does. */
  readonly environment: string | undefined
  /** Where the settings came from, for errors. */
  readonly settings: SettingNames
  /** What the caller has already; left out: nothing. */
  readonly known?: Known | undefined
  /** True: the snapshot is to know every environment of the project, even those that no secret names. */
  readonly allEnvironments?: boolean
  /** Milliseconds of the timeout that have gone by already; default 0. */
  readonly spentMs?: number
}

/** A snapshot, or, for a caller that has one, what has become of it. */
export type Fetched =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | Exclude<Changes, { readonly kind: 'unclear' }>

/**
 * Idle connections are closed when the program has begun, or with it: they hold nothing up, and to close them takes 4 ms
 * on Node 20 and 1.5 on 24, since the first socket to close makes Node open `process.stderr`.
 */
const LINGER_MS = 1000
/** For a service that answers sooner nothing is done meanwhile, which would cost a cold `--import` 0.5 ms. */
const NEAR_MS = 2

/** What asks the service. */
export interface Fetch {
  /**
   * @param request whose secrets, from where
   * @param signal cancels; its reason is thrown
   * @param meanwhile done while the service is at work, if that takes a while; must not throw
   * @throws ResourceNotFoundError when the environment doesn't exist; else the errors of `http/failure.ts`
   */
  fetchProject(
    request: FetchRequest,
    logger: Logger,
    signal?: AbortSignal,
    meanwhile?: () => void,
  ): Promise<Fetched>
  /**
   * For `locker-run --watch`.
   *
   * @throws LockerError as `OpenConnections` has it
   */
  openRevisionReader(options: ServiceOptions): RevisionReader
}

/** @param open how connections are held */
export function createFetch(open: OpenConnections): Fetch {
  return {
    fetchProject: (...asked) => fetchProject(open, ...asked),
    openRevisionReader: (options) => createRevisionReader(createService(open, options)),
  }
}

async function fetchProject(
  open: OpenConnections,
  request: FetchRequest,
  logger: Logger,
  signal?: AbortSignal,
  meanwhile?: () => void,
): Promise<Fetched> {
  const { connection, accessKeyId, settings, environment, known } = request
  expectFewAnswers()
  let later: NodeJS.Timeout | undefined
  let isOver = false
  const whileWaiting = () => {
    // In a whole project, an environment is looked for by its hash, once the answers are there; or they are opened here.
    if (meanwhile !== undefined || (environment !== undefined && known === undefined)) nodeCrypto()
    if (meanwhile !== undefined && !isOver) later = setTimeout(meanwhile, NEAR_MS)
  }
  const service = createService(open, { connection, accessKeyId, settings, logger, whileWaiting })
  const deadline = startDeadline(connection.timeoutMs, signal, request.spentMs)
  try {
    const fetched = await fetchWith(service, request, deadline)
    if (fetched.kind === 'snapshot') {
      const { secrets, revisionDate } = fetched.snapshot
      logger.debug`fetched ${secrets.length} secrets at revision ${revisionDate}`
    }
    setTimeout(service.close, LINGER_MS).unref()
    return fetched
  } catch (error) {
    service.close()
    throw error
  } finally {
    isOver = true
    clearTimeout(later)
    deadline.end()
  }
}

async function fetchWith(service: Service, request: FetchRequest, deadline: Deadline): Promise<Fetched> {
  const changes = request.known && (await fetchChanges(service, request.known, deadline))
  if (changes !== undefined && changes.kind !== 'unclear') return changes
  const snapshot = await fetchSnapshot(service, request, deadline)
  return { kind: 'snapshot', snapshot: { ...snapshot, deletedItemDate: changes?.deletedItemDate } }
}

/** Everything is asked for side by side: nothing in one depends on the others. */
async function fetchSnapshot(service: Service, request: FetchRequest, deadline: Deadline): Promise<Snapshot> {
  const fetchedAtMs = Date.now()
  const [profile, list, environments] = await Promise.all([
    service.read(endpoints.profile, decodeProfile, deadline),
    loadList(service, SECRETS, deadline),
    request.allEnvironments && loadList(service, ENVIRONMENTS, deadline),
  ])
  const snapshot = {
    projectId: profile.project_id,
    profileKey: profile.key,
    revisionDate: list.revisionDate,
    fetchedAtMs,
    secrets: list.items,
    environmentHashes: environments ? environments.items.map(({ hash }) => hash) : [],
  }
  if (!environments) {
    return { ...snapshot, environmentHashes: await confirmEnvironment(service, snapshot, request, deadline) }
  }
  const { environment, settings } = request
  if (environment === undefined || knowsEnvironment(snapshot, environment)) return snapshot
  throw missingEnvironment(environment, settings.environment)
}

/**
 * @returns the environment's hash, when it took a request to know that it exists
 */
async function confirmEnvironment(
  service: Service,
  { projectId, secrets }: Snapshot,
  { environment, settings }: FetchRequest,
  deadline: Deadline,
): Promise<readonly string[]> {
  if (environment === undefined) return []
  const hash = hashText(projectId, environment)
  if (secrets.some((secret) => secret.environment_hash === hash)) return []
  const found = await service.read(endpoints.environments({ hash }), decodePage(decodeEnvironment), deadline)
  if (found.results.some((candidate) => candidate.hash === hash)) return [hash]
  throw missingEnvironment(environment, settings.environment)
}
