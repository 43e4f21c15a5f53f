/**
 * The circumstances of a start: everything outside of files that can decide what it comes to. Two starts in the same
 * circumstances, with the same files and the same cache, come to the same.
 */
import { isAbsolute, join } from 'node:path'
import type { Env } from '../environment/names.ts'
import { MARKER_NAME, PM2_NAME } from '../environment/own-names.ts'
import { version } from '../version.ts'
import { type Blake3, createBlake3 } from './blake3.ts'

/** Who starts. A locker-run's child and a register's own process get different things. */
export type Door = 'register' | 'locker-run'

/** What this needs of `process`. */
export interface Host {
  readonly env: Env
  readonly platform: NodeJS.Platform
  cwd(): string
}

/** What finds, opens and makes a record. */
export interface Circumstances {
  readonly blake3: Blake3
  /** The cache's, as far as variables alone decide. Absolute. */
  readonly folder: string
  readonly cwd: string
  /** Of the access key: the beginning of its records' names. */
  readonly owner: string
  readonly file: string
  /** 32 bytes; of these circumstances, so that no record can stand in for another one. */
  readonly key: Uint8Array
}

/** What would be missing or differ for every start, or isn't worth knowing. */
const REFUSED = [MARKER_NAME, PM2_NAME, 'LOCKER_DISABLE', 'LOCKER_FETCH', 'LOCKER_SNAPSHOT']

/**
 * @param options what of the command line configures
 * @param host `process`, before its variables are changed
 * @returns undefined: such a start is not recorded. Its access key is not in two variables, it has nothing to load, its
 *   cache is not where variables alone say, or it is on Windows, where files have no owner and names no case
 */
export function describeCircumstances(
  door: Door,
  options: readonly string[],
  host: Host,
): Circumstances | undefined {
  const { env, platform } = host
  const secret = env['LOCKER_SECRET_ACCESS_KEY'] ?? env['LOCKER_ACCESS_KEY_SECRET'] ?? ''
  const folder = findCacheFolder(env)
  if (platform === 'win32' || folder === undefined || secret === '' || !env['LOCKER_ACCESS_KEY_ID'])
    return undefined
  if (REFUSED.some((name) => env[name] !== undefined)) return undefined
  const blake3 = createBlake3()
  const cwd = findCwd(host)
  if (blake3 === undefined || cwd === undefined) return undefined
  const master = blake3.keyed(blake3.hash(Buffer.from(secret)), 'lockerpm start record 1')
  const facts = JSON.stringify([version, door, options, cwd, env['HOME'], listSettings(env)])
  const key = blake3.keyed(master, `circumstances ${facts}`)
  const owner = blake3.keyed(master, 'owner').toString('base64url')
  const file = join(folder, `${owner}.${blake3.keyed(key, 'name').toString('base64url')}.start`)
  return { blake3, folder, cwd, owner, file, key }
}

/** As `resolveConfig` finds it, where that is simple. */
function findCacheFolder(env: Env): string | undefined {
  const cache = env['LOCKER_CACHE'] ?? ''
  if (cache !== '') return isAbsolute(cache) ? cache : undefined
  const home = env['HOME'] ?? ''
  return isAbsolute(home) ? join(home, '.locker', 'lockerpm') : undefined
}

function findCwd(host: Host): string | undefined {
  try {
    return host.cwd()
  } catch {
    return undefined
  }
}

function listSettings(env: Env): string[] {
  const settings: string[] = []
  for (const name in env) if (name.startsWith('LOCKER_')) settings.push(`${name}=${env[name]}`)
  return settings.sort()
}
