/** PM2's cluster mode: it puts an application's variables into the process, and moves to its folder, after the preloads. */
import type { Change } from './environment/apply.ts'
import type { Env } from './environment/names.ts'
import { MARKER_NAME, PM2_NAME } from './environment/own-names.ts'

/**
 * @param env `process.env`
 * @returns the variables as the application will see them; `env` itself when PM2 isn't there
 */
export function readLaterVariables(env: Env): Env {
  const text = env[PM2_NAME]
  if (text === undefined) return env
  const strings = Object.entries(parseObject(text)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { ...env, ...Object.fromEntries(strings) }
}

/**
 * @param env `process.env`
 * @returns the application's folder; undefined when PM2 isn't there, or doesn't say
 */
export function readLaterFolder(env: Env): string | undefined {
  const folder = parseObject(env[PM2_NAME] ?? '')['pm_cwd']
  return typeof folder === 'string' ? folder : undefined
}

/**
 * PM2 would undo a change: it sets again what the change replaces or takes away.
 *
 * @param env `process.env`
 * @returns the change, with a `pm2_env` that leaves it alone; `change` itself when PM2 isn't there
 */
export function keepFromLater(change: Change, env: Env): Change {
  const text = env[PM2_NAME]
  if (text === undefined) return change
  const later = parseObject(text)
  for (const name of [...change.deletions, MARKER_NAME, ...change.injected.keys()]) delete later[name]
  return { ...change, injected: new Map([...change.injected, [PM2_NAME, JSON.stringify(later)]]) }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
