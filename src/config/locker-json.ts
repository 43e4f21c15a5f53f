/**
 * `locker.json`: settings that belong to a repository, which may be a stranger's, so that it can't decide where
 * credentials go or which dangerous names pass. product: section 1, Configuration
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { Witness } from './config.ts'
import { Problem } from './kind.ts'
import { suggest } from './nearest.ts'
import type { Setting } from './setting.ts'
import { listKeys, SETTINGS } from './settings.ts'
import { readTextFile } from './text-file.ts'

/** A file found and checked: every key is a setting that it may set. */
export interface LockerJson {
  readonly file: string
  readonly folder: string
  readonly values: Readonly<Record<string, unknown>>
}

/** The outcome of a search. */
export interface LockerJsonSearch {
  /** Undefined: there is none. */
  readonly lockerJson: LockerJson | undefined
  readonly witnesses: readonly Witness[]
}

const FILE_NAME = 'locker.json'
const MAX_BYTES = 1024 * 1024

/**
 * The nearest one from `cwd` up to the first folder that has a `package.json`. Where there is no such folder only
 * `cwd` itself is asked: above it, anybody might put a file.
 *
 * @param cwd an absolute path
 * @throws LockerError when it can't be read, is no JSON object, or has a key that it can't have
 */
export function loadLockerJson(cwd: string): LockerJsonSearch {
  const witnesses: Witness[] = []
  const folder = findFolder(cwd, witnesses)
  if (folder === undefined) return { lockerJson: undefined, witnesses }
  const file = join(folder, FILE_NAME)
  const text = readTextFile(file, MAX_BYTES)
  if (text instanceof Problem) throw new LockerError(oneLine(`${file} ${text.text}`))
  const values = parseObject(text, file)
  for (const key of Object.keys(values)) checkKey(key, file)
  return { lockerJson: { file, folder, values }, witnesses: [...witnesses, { path: file, found: text }] }
}

/** @param witnesses gets what was looked for on the way */
function findFolder(cwd: string, witnesses: Witness[]): string | undefined {
  const isThere = (path: string) => {
    const found = existsSync(path)
    witnesses.push({ path, found })
    return found
  }
  let nearest: string | undefined
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (nearest === undefined && isThere(join(folder, FILE_NAME))) nearest = folder
    if (isThere(join(folder, 'package.json'))) return nearest
    if (folder === dirname(folder)) return nearest === cwd ? nearest : undefined
  }
}

function parseObject(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // JSON.parse's own message quotes the text.
    throw new LockerError(oneLine(`${file} is not valid JSON`))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new LockerError(oneLine(`${file} must hold a JSON object`))
}

function checkKey(key: string, file: string): void {
  const setting: Setting | undefined = SETTINGS.find((known) => known.key === key)
  if (setting?.sources.includes('locker.json')) return
  const reason =
    setting === undefined
      ? `is not a setting${suggest(key, listKeys('locker.json'))}`
      : `can't be set there, because the file may be a stranger's: set ${setting.variable} instead`
  throw new LockerError(oneLine(`${key} in ${file} ${reason}`))
}
