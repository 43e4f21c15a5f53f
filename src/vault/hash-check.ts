/** Whether secrets are filed under their keys. protocol: section 2, Rules */
import { hashText } from '../crypto/hash.ts'
import { type Logger, LogLevel, name } from '../logger.ts'
import type { WireSecret } from '../wire/types.ts'

/** Is told every secret that was opened, with its key. */
export type NoteKey = (secret: WireSecret, key: string) => void

/**
 * Nothing is decided by a `secret_hash` here, but the service finds and keeps apart secrets by it.
 *
 * @param projectId the project's number
 * @param logger left out, or below debug level: nothing is hashed
 * @returns what says at debug level which secret has another `secret_hash` than its key's
 */
export function createHashCheck(projectId: number, logger?: Logger): NoteKey {
  if (logger?.level !== LogLevel.DEBUG) return () => {}
  return ({ id, secret_hash }, key) => {
    if (hashText(projectId, key) === secret_hash) return
    logger.debug`the secret_hash of secret ${name(id)} is not its key's`
  }
}
