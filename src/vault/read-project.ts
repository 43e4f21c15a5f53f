/** The project as the SDK reads it: kept in memory while it is small, else page by page. */
import { nameSetting } from '../config/origin.ts'
import { name } from '../logger.ts'
import type { WireSecret } from '../wire/types.ts'
import { askService, type Call, createOpener, isCurrent, keepProfile, open } from './call.ts'
import { describeAge, mayStandIn } from './freshness.ts'
import { MAX_STALE_SECONDS, STAND_IN_LIMIT, STAND_IN_TIMEOUT_MS } from './load-cached.ts'
import type { Opener } from './open-records.ts'
import { isOutage } from './outage.ts'
import { FIRST_PAGE, walkPages } from './page-walk.ts'
import { Project } from './project.ts'
import { type AnswerTo, type Asking, ask, type Question, type TimeLimit } from './question.ts'
import { type Changes, mergeDelta } from './revalidate.ts'
import { openSealedSnapshot } from './sealed-snapshot.ts'
import type { Snapshot } from './snapshot.ts'

/** A project of more secrets is read page by page and kept nowhere: its memory is the caller's. */
export const MAX_KEPT_SECRETS = 5000
/** A cached snapshot that is larger takes longer to open than the service takes to answer. */
export const MAX_CACHED_BYTES = 8 * 1024 * 1024
/** While something stands in, the service is asked again after this, or after `restTime` if that is less. */
export const OUTAGE_REST_SECONDS = 5
/** At a time, of a project that is read page by page. */
const PAGES_IN_MEMORY = 4

/** Gets every secret of the project, as the service sent it. */
export interface SecretVisitor {
  /** Called before the first, and again when what came so far doesn't count, since the project has changed. */
  begin(): void
  take(secrets: readonly WireSecret[], opener: Opener): void
}

/**
 * @param visitor has got every secret, at one revision, once this returns
 * @returns what they are opened with
 */
export function* visitSecrets(call: Call, visitor: SecretVisitor): Asking<Opener> {
  const project = yield* currentProject(call)
  if (project === undefined) return yield* readPages(call, visitor)
  visitor.begin()
  open(call, () => visitor.take(project.snapshot.secrets, project.opener))
  return project.opener
}

/**
 * @returns the project that is kept, in memory or on disk, asked about at the service if it isn't fresh; undefined:
 *   there is none, or it has to be read anew
 */
export function* currentProject(call: Call): Asking<Project | undefined> {
  if (call.config.snapshotFile !== undefined) return openSealed(call, call.config.snapshotFile)
  if (call.fetch) return undefined
  const project = call.memory.project ?? readCached(call)
  if (project === undefined) return undefined
  if (!isCurrent(call, project.validatedAtMs)) return yield* revalidate(call, project)
  const age = describeAge(call.now() - project.validatedAtMs)
  call.logger.debug`read from memory, ${name(age)} old`
  return project
}

function openSealed(call: Call, file: string): Project {
  const { memory, config, accessKey } = call
  if (memory.project !== undefined) return memory.project
  const namedBy = nameSetting(config, 'snapshot')
  const scope = { file, namedBy, apiBase: config.connection.apiBase, accessKey }
  return keep(call, openSealedSnapshot(scope, config.maxStaleSeconds, call.now()))
}

function readCached(call: Call): Project | undefined {
  const snapshot = call.memory.takeDisk() ? call.cache()?.readSnapshot(MAX_CACHED_BYTES) : undefined
  return snapshot && keep(call, snapshot)
}

/** Asks what has become of it. During an outage it stands in, unless it lacks what was written or seen since. */
function* revalidate(call: Call, project: Project): Asking<Project | undefined> {
  const { config, logger, memory, now } = call
  const { validatedAtMs } = project
  const maxStaleSeconds = config.maxStaleSeconds ?? MAX_STALE_SECONDS
  const standsIn = mayStandIn(validatedAtMs, now(), maxStaleSeconds) && validatedAtMs > memory.changedAtMs
  const askAgainMs = memory.failedAtMs + Math.min(call.restTimeSeconds, OUTAGE_REST_SECONDS) * 1000
  if (standsIn && now() < askAgainMs) return project
  const askedAtMs = now()
  try {
    const time = standsIn ? limitTime(call.time()) : call.time()
    const [changes] = yield* ask([{ ask: 'changes', known: project.known }], time)
    return settle(call, project, changes, askedAtMs)
  } catch (error) {
    if (!standsIn || !isOutage(error)) throw error
    memory.noteOutage(now())
    const age = describeAge(now() - validatedAtMs)
    logger.warn(`read from the cache, ${age} old, because the service can't be reached: ${error.message}`)
    return project
  }
}

function limitTime(time: TimeLimit): TimeLimit {
  if (time.timeoutMs - time.spentMs <= STAND_IN_TIMEOUT_MS) return time
  return { timeoutMs: STAND_IN_TIMEOUT_MS, spentMs: 0, limit: STAND_IN_LIMIT }
}

function settle(call: Call, project: Project, changes: Changes, askedAtMs: number): Project | undefined {
  switch (changes.kind) {
    case 'unchanged':
      project.validatedAtMs = askedAtMs
      project.deletedItemDate = changes.deletedItemDate
      return project
    case 'older':
      call.warnOnce(
        'the service is at an older revision than what is kept, which was read: if a backup was restored, read with fetch: true once',
      )
      return project
    case 'delta': {
      const { deletedItemDate, revisionDate } = changes.delta
      const secrets = mergeDelta(project.snapshot.secrets, changes.delta)
      if (secrets === undefined) break
      const snapshot = { ...project.snapshot, secrets, revisionDate, deletedItemDate, fetchedAtMs: askedAtMs }
      return store(call, snapshot, project.opener)
    }
  }
  call.memory.dropProject(project)
  return undefined
}

/** Everything, from the service; a small project is kept. */
function* readPages(call: Call, visitor: SecretVisitor): Asking<Opener> {
  const fetchedAtMs = call.now()
  let secrets: WireSecret[] | undefined
  let count = 0
  const { opener, revisionDate } = yield* walkProject(call, {
    begin: () => {
      ;[secrets, count] = [[], 0]
      visitor.begin()
    },
    take: (page, opener) => {
      count += page.length
      secrets = count <= MAX_KEPT_SECRETS ? secrets?.concat(page) : undefined
      open(call, () => visitor.take(page, opener))
    },
  })
  call.logger.debug`read ${count} secrets at revision ${revisionDate}`
  if (secrets === undefined) call.memory.dropProject(call.memory.project)
  else {
    const { projectId, profileKey } = opener
    const snapshot = { projectId, profileKey, revisionDate, fetchedAtMs, secrets, environmentHashes: [] }
    store(call, snapshot, { ...opener, opened: call.memory.opened })
  }
  return opener
}

type PagesQuestion = Extract<Question, { ask: 'pages' }>

interface WalkedProject {
  readonly opener: Opener
  readonly revisionDate: number
}

function* walkProject(call: Call, visitor: SecretVisitor): Asking<WalkedProject> {
  const { opener, pages } = yield* askFirstPage(call)
  const walk = walkPages<WireSecret>(
    { begin: visitor.begin, take: (secrets) => visitor.take(secrets, opener) },
    PAGES_IN_MEMORY,
  )
  walk.next()
  let step = walk.next(pages)
  while (!step.done) {
    const [more] = yield* askService(call, [{ ask: 'pages', request: step.value }])
    step = walk.next(more)
  }
  return { opener, revisionDate: step.value.revisionDate }
}

/** Nothing in the list depends on the profile: side by side they cost one round trip. */
function* askFirstPage(call: Call): Asking<{ opener: Opener; pages: AnswerTo<PagesQuestion> }> {
  const first: PagesQuestion = { ask: 'pages', request: FIRST_PAGE }
  const known = call.memory.opener
  if (known !== undefined) return { opener: known, pages: (yield* askService(call, [first]))[0] }
  const [pages, profile] = yield* askService(call, [first, { ask: 'profile' }])
  return { opener: keepProfile(call, profile), pages }
}

function store(call: Call, snapshot: Snapshot, opener: Opener): Project {
  const project = new Project(snapshot, opener)
  call.memory.keepProject(project)
  call.cache()?.writeSnapshot(snapshot)
  return project
}

function keep(call: Call, snapshot: Snapshot): Project {
  const opener = createOpener(call, snapshot.projectId, snapshot.profileKey)
  const project = new Project(snapshot, { ...opener, opened: call.memory.opened })
  call.memory.keepProject(project)
  return project
}
