/**
 * The circumstances of a start: everything outside of files that can decide what it comes to. Two starts in the same
 * circumstances, with the same files and the same cache, come to the same.
 */
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Env } from '../environment/names.ts'
import { MARKER_NAME, PM2_NAME } from '../environment/own-names.ts'
import { version } from '../version.ts'
import { beneath, mayBeAbnormal } from './beneath.ts'
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
  /** The working directory. */
  readonly cwd: string
  /** Of the access key: the beginning of its records' names. */
  readonly owner: string
  readonly file: string
  /** 32 bytes; of these circumstances, so that no record can stand in for another one. */
  readonly key: Uint8Array
}

/** Of files, by door: neither is the other's end. */
const ENDINGS: Readonly<Record<Door, string>> = { register: '.preload.start', 'locker-run': '.run.start' }

/** What the key of all records comes from. */
const SECRET = 'LOCKER_SECRET_ACCESS_KEY'
const SECRET_ALIAS = 'LOCKER_ACCESS_KEY_SECRET'

/** What is decided elsewhere: by a process above, by PM2, by no cache, or by files that the record says nothing about. */
const REFUSED = [
  ...[MARKER_NAME, PM2_NAME, 'LOCKER_DISABLE', 'LOCKER_FETCH', 'LOCKER_SNAPSHOT'],
  ...['LOCKER_ACCESS_KEY_ID_FILE', 'LOCKER_SECRET_ACCESS_KEY_FILE', 'LOCKER_ACCESS_KEY_SECRET_FILE'],
]

/**
 * Costs next to nothing.
 *
 * @returns the folder of a start's record, absolute, whether it is there or not; false: nothing is ever cached. Undefined:
 *   such a start is not recorded. Its access key is not in two variables, it has nothing to load, its cache is not where
 *   variables alone say, or it is on Windows, where files have no owner and names no case
 */
export function findRecordFolder({ env, platform }: Host): string | false | undefined {
  if (platform === 'win32' || !env['LOCKER_ACCESS_KEY_ID'] || findSecret(env) === '') return undefined
  return REFUSED.some((name) => env[name] !== undefined) ? undefined : findCacheFolder(env)
}

/**
 * Costs next to nothing, where {@link describeCircumstances} takes 2 ms.
 *
 * @returns whether any start by this door has been recorded
 */
export function hasRecords(door: Door, host: Host): boolean {
  const folder = findRecordFolder(host)
  if (!folder) return false
  try {
    return readdirSync(folder).some((file) => file.endsWith(ENDINGS[door]))
  } catch {
    return false
  }
}

/**
 * @param options what of the command line configures
 * @param host `process`, before its variables are changed
 * @returns undefined: such a start is not recorded, as {@link findRecordFolder} has it, or because Node runs without
 *   WebAssembly
 */
export function describeCircumstances(
  door: Door,
  options: readonly string[],
  host: Host,
): Circumstances | undefined {
  const { env } = host
  const folder = findRecordFolder(host)
  const cwd = findCwd(host)
  if (!folder || cwd === undefined) return undefined
  const blake3 = createBlake3()
  if (blake3 === undefined) return undefined
  const master = blake3.keyed(blake3.hash(findSecret(env)), 'lockerpm start record 3')
  const facts = JSON.stringify([version, door, options, cwd, env['HOME'], listSettings(env)])
  const key = blake3.keyed(master, `circumstances ${facts}`)
  const owner = blake3.keyed(master, 'owner').toString('base64url')
  const file = beneath(folder, `${owner}.${blake3.keyed(key, 'name').toString('base64url')}${ENDINGS[door]}`)
  return { blake3, folder, cwd, owner, file, key }
}

/** The first that is set. */
function findSecretName(env: Env): string {
  return env[SECRET] === undefined ? SECRET_ALIAS : SECRET
}

function findSecret(env: Env): string {
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

function findCwd(host: Host): string | undefined {
  try {
    return host.cwd()
  } catch {
    return undefined
  }
}

/** But for what the key is made from. */
function listSettings(env: Env): string[] {
  const secretName = findSecretName(env)
  const settings: string[] = []
  for (const name in env) {
    if (name.startsWith('LOCKER_') && name !== secretName) settings.push(`${name}=${env[name]}`)
  }
  return settings.sort()
}
