/**
 * The circumstances of a start: everything outside of files that can decide what it comes to. Two starts in the same
 * circumstances, with the same files and the same cache, come to the same.
 */
import type { Env } from '../environment/names.ts'
import { version } from '../version.ts'
import { beneath } from './beneath.ts'
import { type Blake3, createBlake3 } from './blake3.ts'
import { findRecordFolder, findSecret, findSecretName, type Host } from './record-folder.ts'

/** Who starts. A locker-run's child and a register's own process get different things. */
export type Door = 'register' | 'locker-run'

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

/**
 * @param options what of the command line configures
 * @param host `process`, before its variables are changed
 * @returns undefined: such a start is not recorded, as {@link findRecordFolder} has it, or because there is no BLAKE3, as
 *   {@link createBlake3} has it
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
  const owner = toName(blake3.keyed(master, 'owner'))
  const file = beneath(folder, `${owner}.${toName(blake3.keyed(key, 'name'))}${ENDINGS[door]}`)
  return { blake3, folder, cwd, owner, file, key }
}

function toName(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64url')
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
