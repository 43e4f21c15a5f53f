/** The use case: what the service holds for an access key, as one {@link Snapshot}. */
import type { Connection } from '../config/config.ts'
import { hashText } from '../crypto/hash.ts'
import { ResourceNotFoundError } from '../errors.ts'
import { type Deadline, startDeadline } from '../http/deadline.ts'
import { endpoints } from '../http/endpoints.ts'
import type { SettingNames } from '../http/failure.ts'
import { createService, type Service } from '../http/service.ts'
import type { Logger } from '../logger.ts'
import { decodeEnvironment, decodePage, decodeProfile, decodeSecret } from '../wire/decode.ts'
import { loadList } from './pages.ts'
import type { Snapshot } from './snapshot.ts'

/** Plain data: it crosses to the worker as JSON. The secret access key is not in it. */
export interface LoadRequest {
  readonly accessKeyId: string
  readonly connection: Connection
  /** Must exist; undefined: ALL, which always does. */
  readonly environment: string | undefined
  /** Where the settings came from, for errors. */
  readonly settings: SettingNames
}

/**
 * Profile and secrets are asked for side by side: nothing in one depends on the other.
 *
 * @param request whose secrets, from where
 * @param signal cancels; its reason is thrown
 * @returns the whole project's ciphertext
 * @throws ResourceNotFoundError when the environment doesn't exist; else the errors of `http/failure.ts`
 */
export async function loadSnapshot(
  request: LoadRequest,
  logger: Logger,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const deadline = startDeadline(request.connection.timeoutMs, signal)
  const { connection, accessKeyId, settings } = request
  const service = createService({ connection, accessKeyId, settings, logger })
  try {
    const [profile, list] = await Promise.all([
      service.read(endpoints.profile, decodeProfile, deadline),
      loadList(service, { endpoint: endpoints.secrets, decodeItem: decodeSecret }, deadline),
    ])
    const snapshot: Snapshot = {
      projectId: profile.project_id,
      profileKey: profile.key,
      revisionDate: list.revisionDate,
      secrets: list.items,
    }
    await checkEnvironment(service, snapshot, request, deadline)
    logger.debug`loaded ${snapshot.secrets.length} secrets at revision ${snapshot.revisionDate}`
    return snapshot
  } finally {
    deadline.end()
    service.close()
  }
}

/** A typo must not start production on defaults. protocol: section 4 */
async function checkEnvironment(
  service: Service,
  { projectId, secrets }: Snapshot,
  { environment, settings }: LoadRequest,
  deadline: Deadline,
): Promise<void> {
  if (environment === undefined) return
  const hash = hashText(projectId, environment)
  if (secrets.some((secret) => secret.environment_hash === hash)) return
  const found = await service.read(endpoints.environments({ hash }), decodePage(decodeEnvironment), deadline)
  if (found.results.some((candidate) => candidate.hash === hash)) return
  throw new ResourceNotFoundError(
    `there is no environment ${JSON.stringify(environment)} in this project: check ${settings.environment} (names are case-sensitive)`,
  )
}
