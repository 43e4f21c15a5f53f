/** Whether an environment exists: a typo must not start production on defaults. protocol: section 4 */
import { hashText } from '../crypto/hash.ts'
import { ResourceNotFoundError } from '../errors.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * @returns whether the snapshot alone can say that the environment exists; undefined is ALL, which always does
 */
export function knowsEnvironment(snapshot: Snapshot, environment: string | undefined): boolean {
  if (environment === undefined) return true
  const hash = hashText(snapshot.projectId, environment)
  const isNamed = snapshot.secrets.some((secret) => secret.environment_hash === hash)
  return isNamed || snapshot.environmentHashes.includes(hash)
}

/**
 * @param environment the name that nothing is known by
 * @param setting where it was set
 */
export function missingEnvironment(environment: string, setting: string): ResourceNotFoundError {
  return new ResourceNotFoundError(
    `there is no environment ${JSON.stringify(environment)} in this project: check ${setting} (names are case-sensitive)`,
  )
}
