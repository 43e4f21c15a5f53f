/** Reading secrets: all of them, or one by its key. product: section 4 */
import { hashText } from '../crypto/hash.ts'
import { ResourceNotFoundError } from '../errors.ts'
import { name } from '../logger.ts'
import type { WireSecret } from '../wire/types.ts'
import { type Call, open, recall, requireOpener } from './call.ts'
import { missingEnvironment } from './environment-check.ts'
import { isOfAll } from './open.ts'
import { type Opener, openSecretRecords } from './open-records.ts'
import type { Asking } from './question.ts'
import { currentProject, visitSecrets } from './read-project.ts'
import type { Secret } from './secret.ts'

/** Which secrets: every one, those of ALL (null), or an environment's own. */
export type Slice = undefined | null | string

/**
 * @throws ResourceNotFoundError when there is no such environment; CliRunError when a secret can't be opened
 */
export function* listSecrets(call: Call, slice: Slice): Asking<Secret[]> {
  let secrets: Secret[] = []
  yield* visitSecrets(call, {
    begin: () => {
      secrets = []
    },
    take: (records, opener) => {
      const isInSlice = createFilter(slice, opener.projectId)
      for (const secret of openSecretRecords(opener, records.filter(isInSlice))) secrets.push(secret)
    },
  })
  if (typeof slice === 'string' && secrets.length === 0) yield* requireEnvironment(call, slice)
  return secrets
}

/**
 * The environment's secret of that key, else ALL's.
 *
 * @param environment undefined: ALL
 * @returns undefined: neither has it
 * @throws ResourceNotFoundError when there is no such environment; CliRunError when the secret can't be opened
 */
export function* findSecret(
  call: Call,
  key: string,
  environment: string | undefined,
): Asking<Secret | undefined> {
  const { records, opener, environmentHash, isEnvironmentKnown } = yield* findRecords(call, key, environment)
  const pick = (isWanted: (record: WireSecret) => boolean) =>
    open(call, () => pickSecret(call, opener, records.filter(isWanted), key))
  if (environment === undefined) return pick(isOfAll)
  const own = pick((record) => record.environment_hash === environmentHash)
  if (own === undefined && !isEnvironmentKnown) yield* requireEnvironment(call, environment)
  return own ?? pick(isOfAll)
}

/**
 * @throws ResourceNotFoundError when the service, or the sealed snapshot in its stead, knows none of that name
 */
export function* requireEnvironment(call: Call, environment: string): Asking<void> {
  const { config, memory } = call
  if (config.snapshotFile !== undefined) {
    const { project } = memory
    if (project?.knowsEnvironment(hashText(project.opener.projectId, environment))) return
    throw missingEnvironment(environment, 'its name')
  }
  const { projectId } = yield* requireOpener(call)
  const hash = hashText(projectId, environment)
  const [found] = yield* recall(call, [{ ask: 'environments', hash }])
  if (found.length === 0) throw missingEnvironment(environment, 'its name')
}

/** @returns whether a record is in the slice */
export function createFilter(slice: Slice, projectId: number): (record: WireSecret) => boolean {
  if (slice === undefined) return () => true
  if (slice === null) return isOfAll
  const hash = hashText(projectId, slice)
  return (record) => record.environment_hash === hash
}

/** @returns the error that names what isn't there */
export function missingSecret(key: string, places: string): ResourceNotFoundError {
  return new ResourceNotFoundError(
    `there is no secret ${JSON.stringify(key)} in ${places}: check its key (keys are case-sensitive)`,
  )
}

interface FoundRecords {
  /** With the key's hash, of whatever environment. */
  readonly records: readonly WireSecret[]
  readonly opener: Opener
  /** Left out: ALL. */
  readonly environmentHash?: string
  readonly isEnvironmentKnown: boolean
}

function* findRecords(call: Call, key: string, environment: string | undefined): Asking<FoundRecords> {
  const project = yield* currentProject(call)
  if (project === undefined) return yield* askForKey(call, key, environment)
  const { opener } = project
  const records = project.withHash(hashText(opener.projectId, key))
  if (environment === undefined) return { records, opener, isEnvironmentKnown: true }
  const environmentHash = hashText(opener.projectId, environment)
  const isEnvironmentKnown = project.knowsEnvironment(environmentHash)
  return { records, opener, environmentHash, isEnvironmentKnown }
}

/** Whether the environment exists is asked at the same time, since it may be the next question. */
function* askForKey(call: Call, key: string, environment: string | undefined): Asking<FoundRecords> {
  call.logger.debug`asking for one secret by its hash`
  const opener = { ...(yield* requireOpener(call)), opened: call.memory.opened }
  const secrets = { ask: 'secrets', hash: hashText(opener.projectId, key) } as const
  if (environment === undefined) {
    const [records] = yield* recall(call, [secrets])
    noteNews(call, records)
    return { records, opener, isEnvironmentKnown: true }
  }
  const environmentHash = hashText(opener.projectId, environment)
  const environments = { ask: 'environments', hash: environmentHash } as const
  const [records, found] = yield* recall(call, [secrets, environments])
  noteNews(call, records)
  if (found.length === 0) throw missingEnvironment(environment, 'its name')
  return { records, opener, environmentHash, isEnvironmentKnown: true }
}

/** What was seen with `fetch` must not be gone again in the next call: the project kept may be older. */
function noteNews({ memory, now }: Call, records: readonly WireSecret[]): void {
  const keptDate = memory.project?.snapshot.revisionDate ?? Number.POSITIVE_INFINITY
  if (records.some(({ revision_date }) => (revision_date ?? 0) > keptDate)) memory.noteChange(now())
}

/** The server keeps (key, environment) unique; if two came all the same, the younger one counts. */
function pickSecret(
  call: Call,
  opener: Opener,
  records: readonly WireSecret[],
  key: string,
): Secret | undefined {
  const youngestFirst = [...records].sort((a, b) => (b.revision_date ?? 0) - (a.revision_date ?? 0))
  for (const secret of openSecretRecords(opener, youngestFirst)) {
    if (secret.key === key) return secret
    call.logger.debug`secret ${name(secret.id)} has another key than its hash says`
  }
  return undefined
}
