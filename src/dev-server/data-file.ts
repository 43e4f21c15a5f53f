/** The file of `--data`: projects as the service would keep them, and the access keys. Never a plaintext. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describeFailure, LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { Identity } from './certificate.ts'
import {
  at,
  failAt,
  type Place,
  parseJson,
  readBoolean,
  readList,
  readNumber,
  readObject,
  readText,
} from './fields.ts'
import type { ProjectState } from './records.ts'

/** Everything that outlives a run. */
export interface DataFile {
  readonly format: 'locker-dev 1'
  /** Of `--https`. */
  readonly authority?: Identity | undefined
  readonly projects: readonly ProjectState[]
}

/**
 * @param file its path
 * @param platform decides whether file modes mean anything
 * @returns undefined: there is no such file yet
 * @throws LockerError `locker_error` when it can't be read, others can read it, or it isn't ours
 */
export function loadDataFile(file: string, platform: NodeJS.Platform): DataFile | undefined {
  const text = readPrivateFile(file, platform)
  return text === undefined ? undefined : decodeDataFile(parseJson(text, file), { file, path: '' })
}

/**
 * Replaces the file as a whole, readable by its owner only, and on disk when this returns.
 *
 * @throws LockerError `locker_error` when it can't be written
 */
export function saveDataFile(file: string, content: DataFile): void {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    rmSync(temporary, { force: true })
    writeSynced(temporary, JSON.stringify(content))
    renameSync(temporary, file)
    syncFolder(dirname(file))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new LockerError(`the data file ${oneLine(file)} can't be written (${describeFailure(error)})`, {
      cause: error,
    })
  }
}

function readPrivateFile(file: string, platform: NodeJS.Platform): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, 'r')
    const isOpenToOthers = platform !== 'win32' && (fstatSync(descriptor).mode & 0o077) !== 0
    if (isOpenToOthers)
      return failAt({ file, path: '' }, 'holds access keys and others can open it: chmod 600 it')
    return readFileSync(descriptor, 'utf8')
  } catch (error) {
    if (error instanceof LockerError) throw error
    if (describeFailure(error) === 'ENOENT') return undefined
    throw new LockerError(`the data file ${oneLine(file)} can't be read (${describeFailure(error)})`, {
      cause: error,
    })
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function writeSynced(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** So that the rename too survives a power cut. Not every system can. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    fsyncSync(descriptor)
    closeSync(descriptor)
  } catch {
    // The file itself is safe.
  }
}

/** Checks what this server relies on; the rest of a record goes to clients as it is. */
function decodeDataFile(value: unknown, root: Place): DataFile {
  const fields = readObject(value, root)
  if (fields['format'] !== 'locker-dev 1') failAt(root, 'is not a data file of this version of locker-dev')
  if (fields['authority'] !== undefined)
    checkTexts(['certificate', 'privateKey'])(fields['authority'], at(root, 'authority'))
  const projects = readList(fields['projects'], at(root, 'projects'), checkProject)
  if (projects.length === 0) failAt(at(root, 'projects'), 'must not be empty')
  return value as DataFile
}

function checkProject(value: unknown, place: Place): void {
  const project = readObject(value, place)
  for (const name of ['project_id', 'revision_date', 'deleted_item_date'])
    readNumber(project[name], at(place, name))
  const accessKeys = readList(project['access_keys'], at(place, 'access_keys'), checkAccessKey)
  if (accessKeys.length === 0) failAt(at(place, 'access_keys'), 'must not be empty')
  readList(project['environments'], at(place, 'environments'), checkTexts(['id', 'hash']))
  readList(project['secrets'], at(place, 'secrets'), checkTexts(['id', 'secret_hash']))
}

function checkAccessKey(value: unknown, place: Place): void {
  checkTexts(['access_key_id', 'secret_access_key'])(value, place)
  const profilePlace = at(place, 'profile')
  const profile = readObject(readObject(value, place)['profile'], profilePlace)
  readText(profile['key'], at(profilePlace, 'key'))
  readBoolean(profile['activated'], at(profilePlace, 'activated'))
  readBoolean(profile['editable'], at(profilePlace, 'editable'))
  readList(profile['restrict_ip'], at(profilePlace, 'restrict_ip'), readText)
  if (profile['expiration_date'] !== null)
    readNumber(profile['expiration_date'], at(profilePlace, 'expiration_date'))
}

function checkTexts(names: readonly string[]): (value: unknown, place: Place) => void {
  return (value, place) => {
    const fields = readObject(value, place)
    for (const name of names) readText(fields[name], at(place, name))
  }
}
