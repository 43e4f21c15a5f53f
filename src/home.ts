/** The user's home folder, which not every user has. */
import { homedir } from 'node:os'

/** @returns undefined in a container whose user has neither HOME nor an entry in the list of users */
export function findHome(): string | undefined {
  try {
    return homedir() || undefined
  } catch {
    return undefined
  }
}
