/** How a format says that it can't carry a secret. */
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'

/**
 * @param format the format's name
 * @param name the variable's name
 * @param reason what about its name or value is the matter, never showing the value
 * @throws LockerError `locker_error`, always
 */
export function refuse(format: string, name: string, reason: string): never {
  throw new LockerError(
    `"${oneLine(name)}" can't be written as ${format}: ${reason}. Choose another format, or leave it out (--exclude)`,
  )
}
