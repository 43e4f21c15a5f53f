/** Where this code runs: on which thread, in which folder, in whose home. */
import { isAbsolute } from 'node:path'
import { describeFailure, LockerError } from './errors.ts'

/**
 * @returns an absolute path
 * @throws LockerError when it is gone
 */
export function findWorkingDirectory(): string {
  try {
    return process.cwd()
  } catch (error) {
    throw new LockerError(
      `the working directory is gone (${describeFailure(error)}): change to one that exists`,
    )
  }
}

/**
 * As `worker_threads` says it, which costs a start 0.5 ms to load: elsewhere `chdir` is not available, and says so. To
 * where the process is already, it changes nothing.
 */
export function isMainThread(): boolean {
  try {
    process.chdir('.')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ERR_WORKER_UNSUPPORTED_OPERATION'
  }
  return true
}

/** @returns undefined: in a container, a user may have neither HOME nor an entry in the list of users */
export function findHome(): string | undefined {
  const home = process.platform === 'win32' ? '' : (process.env['HOME'] ?? '')
  return isAbsolute(home) ? home : askForHome()
}

/** What `homedir` says before it looks at HOME is HOME: most starts need not load `os`, 0.15 ms. */
function askForHome(): string | undefined {
  try {
    const home = process.getBuiltinModule('node:os').homedir()
    return isAbsolute(home) ? home : undefined
  } catch {
    return undefined
  }
}
