/** Where this process is, or that it is nowhere. */
import { homedir } from 'node:os'
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

/** @returns undefined: in a container, a user may have neither HOME nor an entry in the list of users */
export function findHome(): string | undefined {
  try {
    const home = homedir()
    return isAbsolute(home) ? home : undefined
  } catch {
    return undefined
  }
}
