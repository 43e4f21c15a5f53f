/** Whether what a running command was given has changed since. product: section 3, `--watch` */
import type { Env } from '../environment/names.ts'
import { MARKER_NAME } from '../environment/own-names.ts'
import type { ServiceOptions } from '../http/service.ts'
import { createWarnOnce } from '../logger.ts'
import { reportOwnFailure } from '../own-failure.ts'
import { isOutage } from '../vault/outage.ts'
import type { RevisionReader } from '../vault/revision.ts'
import type { ChildEnvironment } from './child-environment.ts'
import { requireOwnFetch } from './deferred.ts'

/** Asks when it is asked. */
export interface Changes {
  /**
   * @param signal cancels; its reason is thrown
   * @returns what the command should have now; undefined: what it has, or nobody can tell, which has been said
   */
  next(signal: AbortSignal): Promise<ChildEnvironment | undefined>
}

/**
 * A revision is that of the whole project, so a command is given something new only if its own environment comes out
 * differently. Of that environment only a hash is kept.
 *
 * @param service who can tell
 * @param given what the command has
 * @param reload loads all of it again
 */
export function followChanges(
  service: ServiceOptions,
  given: Pick<ChildEnvironment, 'env' | 'warnings'>,
  reload: (signal: AbortSignal) => Promise<ChildEnvironment>,
): Changes {
  const { logger } = service
  const warnOnce = createWarnOnce(logger, given.warnings)
  let reader: RevisionReader | undefined
  // Unknown at first, so that nothing is missed that changes between the load and the first question.
  let revision: string | undefined
  let fingerprint = hashEnvironment(given.env)
  let failure: string | undefined

  const ask = async (signal: AbortSignal): Promise<ChildEnvironment | undefined> => {
    reader ??= requireOwnFetch().openRevisionReader(service)
    const latest = await reader.read(service.connection.timeoutMs, signal)
    if (latest === revision) return undefined
    const loaded = await reload(signal)
    revision = latest
    for (const warning of loaded.warnings) warnOnce(warning)
    const before = fingerprint
    fingerprint = hashEnvironment(loaded.env)
    return fingerprint === before ? undefined : loaded
  }

  return {
    next: async (signal) => {
      try {
        const loaded = await ask(signal)
        failure = undefined
        return loaded
      } catch (error) {
        signal.throwIfAborted()
        const kind = isOutage(error) ? 'outage' : String(error)
        if (kind !== failure) reportOwnFailure(error, 'the command keeps what it has', logger)
        failure = kind
        return undefined
      }
    },
  }
}

/** The marker isn't in it: it follows from the rest, in an order that may be another one each time. */
function hashEnvironment(env: Env): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const variables = Object.entries(env).filter(([name, value]) => value !== undefined && name !== MARKER_NAME)
  const sorted = variables.sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64')
}
