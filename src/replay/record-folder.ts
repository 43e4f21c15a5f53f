/** Where the record of a start is, as far as variables alone can tell: next to nothing to find out. */
import { resolve } from 'node:path'
import type { Env } from '../environment/names.ts'
import { MARKER_NAME, PM2_NAME } from '../environment/own-names.ts'
import { beneath, mayBeAbnormal } from './beneath.ts'

/** What this needs of `process`. */
export interface Host {
  readonly env: Env
  readonly platform: NodeJS.Platform
  cwd(): string
}

/** What the key of all records comes from. */
const SECRET = 'LOCKER_SECRET_ACCESS_KEY'
const SECRET_ALIAS = 'LOCKER_ACCESS_KEY_SECRET'

/** What is decided elsewhere: by a process above, by PM2, by no cache, or by files that the record says nothing about. */
const REFUSED = [
  ...[MARKER_NAME, PM2_NAME, 'LOCKER_DISABLE', 'LOCKER_FETCH', 'LOCKER_SNAPSHOT'],
  ...['LOCKER_ACCESS_KEY_ID_FILE', 'LOCKER_SECRET_ACCESS_KEY_FILE', 'LOCKER_ACCESS_KEY_SECRET_FILE'],
]

/**
 * @returns the folder of a start's record, absolute, whether it is there or not; false: nothing is ever cached. Undefined:
 *   such a start is not recorded. Its access key is not in two variables, it has nothing to load, its cache is not where
 *   variables alone say, or it is on Windows, where files have no owner and names no case
 */
export function findRecordFolder({ env, platform }: Host): string | false | undefined {
  if (platform === 'win32' || !env['LOCKER_ACCESS_KEY_ID'] || findSecret(env) === '') return undefined
  return REFUSED.some((name) => env[name] !== undefined) ? undefined : findCacheFolder(env)
}

/** The first that is set. */
export function findSecretName(env: Env): string {
  return env[SECRET] === undefined ? SECRET_ALIAS : SECRET
}

/** What the key of all records comes from; empty: there is none. */
export function findSecret(env: Env): string {
  return env[findSecretName(env)] ?? ''
}

/** As `resolveConfig` finds it, where that is simple. */
function findCacheFolder(env: Env): string | false | undefined {
  const cache = env['LOCKER_CACHE'] ?? ''
  if (cache === 'false' || cache === '0') return false
  if (cache !== '') return findNormal(cache)
  const home = env['HOME'] ?? ''
  const folder = findNormal(home)
  return folder && beneath(folder, '.locker/lockerpm')
}

/** @returns undefined: where it lies depends on the working directory */
function findNormal(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  return mayBeAbnormal(path) ? resolve(path) : path
}
