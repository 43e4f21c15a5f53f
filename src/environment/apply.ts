/** The one writer of an environment: this process's, or the one that a child is given. */

import { foldName } from './names.ts'
import { MARKER_NAME } from './own-names.ts'

/** What is to be done to an environment. */
export interface Change {
  /** Names to delete before anything is set: what an earlier load left, and credentials. */
  readonly deletions: readonly string[]
  /** Names to set, and their values. */
  readonly injected: ReadonlyMap<string, string>
  /** For the processes started below; undefined: they load again. */
  readonly marker: string | undefined
}

/**
 * Synchronous, so that a program sees all of it or nothing.
 *
 * @param env `process.env`, or a child's
 * @param platform on Windows a child's may spell a name differently; `process.env` itself ignores case
 */
export function applyMerged(
  env: Record<string, string | undefined>,
  { deletions, injected, marker }: Change,
  platform: NodeJS.Platform,
): void {
  deleteNames(env, [...deletions, MARKER_NAME], platform)
  for (const [name, value] of injected) setVariable(env, name, value)
  if (marker !== undefined) setVariable(env, MARKER_NAME, marker)
}

function deleteNames(
  env: Record<string, string | undefined>,
  names: readonly string[],
  platform: NodeJS.Platform,
): void {
  for (const name of names) delete env[name]
  if (platform !== 'win32') return
  const folded = new Set(names.map((name) => foldName(name, platform)))
  for (const name of Object.keys(env)) if (folded.has(foldName(name, platform))) delete env[name]
}

function setVariable(env: Record<string, string | undefined>, name: string, value: string): void {
  // In a plain object, an assignment to this one name would be lost.
  if (name !== '__proto__') env[name] = value
  else Object.defineProperty(env, name, { value, configurable: true, enumerable: true, writable: true })
}
