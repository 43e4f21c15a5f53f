/** The merged map of one environment, for programs that want no process.env. product: section 1, Merge policy */
import type { Config } from '../config/config.ts'
import { type Merged, merge } from '../environment/merge.ts'
import type { Env } from '../environment/names.ts'
import { checkRequired } from '../environment/required.ts'
import type { OpenedSecrets } from '../vault/open.ts'

/** The map, and what there is to say about it. */
export interface EnvironmentMap {
  /** Has no prototype. */
  readonly values: Record<string, string>
  readonly warnings: readonly string[]
}

/**
 * @param secrets of the environment
 * @param env the variables that are set: what is required may be there as well
 * @throws LockerError when two keys come to one name, or a required variable is missing
 */
export function createEnvironmentMap(
  { all, environment, warnings }: OpenedSecrets,
  { policy, dotenv }: Config,
  env: Env,
  platform: NodeJS.Platform,
): EnvironmentMap {
  const layers = { all, environment, dotenv: new Map<string, string>() }
  const merged: Merged = merge({}, layers, { ...policy, required: [] }, platform)
  const leftOut = merged.report.filter((row) => row.leftOut !== undefined)
  checkRequired({ ...Object.fromEntries(dotenv), ...env }, merged.injected, leftOut, policy, platform)
  const values: Record<string, string> = Object.assign(
    Object.create(null),
    Object.fromEntries(merged.injected),
  )
  return { values, warnings: [...warnings, ...merged.warnings] }
}
