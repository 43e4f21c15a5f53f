/** What is to be done to an environment, done to a copy. */
import { applyMerged, type Change } from '../environment/apply.ts'
import type { Env } from '../environment/names.ts'

/** @returns the command's environment */
export function changeEnvironment(base: Env, change: Change, platform: NodeJS.Platform): Env {
  const env: Record<string, string | undefined> = Object.assign(Object.create(null), base)
  applyMerged(env, change, platform)
  return env
}
