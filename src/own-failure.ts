/** Our own failure, told the same way by every door. product: section 1, Failing */
import { describeFailure, LockerError } from './errors.ts'
import { type Logger, name } from './logger.ts'

/** As `env`, `timeout` and `docker run` use it: the program was never started. */
export const OWN_FAILURE_STATUS = 125

/**
 * One line; at debug level the stack's frames as well, which are places in our code and no data.
 *
 * @param error anything thrown
 * @param consequence what follows from it, such as `the program was not started`
 */
export function reportOwnFailure(error: unknown, consequence: string, logger: Logger): void {
  const message = error instanceof LockerError ? error.message : `unexpected failure (${describeFailure(error)})`
  logger.warn(`${message} (${consequence})`)
  const frames = error instanceof Error ? (error.stack ?? '').split('\n') : []
  for (const frame of frames.filter((line) => /^ {4}at /.test(line))) logger.debug`${name(frame.trim())}`
}
