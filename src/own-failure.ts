/** Our own failure, told the same way by every door. product: section 1, Failing */
import { toErrorRecord } from './errors.ts'
import { type Logger, LogLevel, name } from './logger.ts'

/** As `env`, `timeout` and `docker run` use it: the program was never started. */
export const OWN_FAILURE_STATUS = 125

/**
 * One line; at debug level the stack's frames as well, which are places in our code and no data.
 *
 * @param error anything thrown
 * @param consequence what follows from it, such as `the program was not started`
 */
export function reportOwnFailure(error: unknown, consequence: string, logger: Logger): void {
  logger.warn(`${consequence}: ${toErrorRecord(error).message}`)
  for (const frame of framesOf(error)) logger.debug`${name(frame)}`
}

/** The message stands above the frames and might quote data, even a line that looks like a frame. */
function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return []
  const frames = error.stack.slice(error.stack.indexOf(error.message) + error.message.length)
  return frames
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .map((line) => line.trim())
}

/** How to fail, for a start whose configuration itself is bad. */
export interface EarlySettings {
  readonly onError: 'exit' | 'warn'
  readonly logLevel: LogLevel
}

/**
 * @param env only variables can be read without a configuration
 * @returns what they say; the defaults where they say nothing that can be understood
 */
export function readEarlySettings(env: Readonly<Record<string, string | undefined>>): EarlySettings {
  const logLevel = env['LOCKER_LOG_LEVEL'] ?? ''
  return {
    onError: env['LOCKER_ON_ERROR'] === 'warn' ? 'warn' : 'exit',
    logLevel: LEVELS.get(logLevel.toLowerCase()) ?? LogLevel.ERROR,
  }
}

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['0', LogLevel.NONE],
  ['none', LogLevel.NONE],
  ['2', LogLevel.DEBUG],
  ['debug', LogLevel.DEBUG],
])
