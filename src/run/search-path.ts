/** Where a command's file is looked for. */
import { delimiter, join } from 'node:path'
import type { Env } from './child.ts'
import { findVariable } from './windows.ts'

/** What the C library searches when there is no PATH. */
const DEFAULT_PATH = '/bin:/usr/bin'

/**
 * @param file a path, or a name to be found on PATH
 * @param env the command's, whose PATH counts
 * @returns the paths to try, in order
 */
export function listPaths(file: string, env: Env): string[] {
  if (isPath(file)) return [file]
  return (pathOf(env) ?? DEFAULT_PATH).split(delimiter).map((folder) => join(folder || '.', file))
}

/** @returns whether a command's file is not looked for on PATH */
export function isPath(file: string): boolean {
  return file.includes('/') || (process.platform === 'win32' && file.includes('\\'))
}

/** @returns the command's PATH; undefined: it has none */
export function pathOf(env: Env): string | undefined {
  return process.platform === 'win32' ? findVariable(env, 'PATH') : env['PATH']
}
