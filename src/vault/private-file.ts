/**
 * Files of the cache: ours alone, written whole or not at all. Nothing here throws for what a machine may be
 * like (no home, read-only, full): a cache that can't be had is no cache.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describeFailure } from '../errors.ts'

/** The largest file taken: a project of 106,000 secrets is about 100 MB. */
export const MAX_FILE_BYTES = 1024 * 1024 * 1024

/** A file's content, or why there is none; undefined reason: it isn't there. */
export type ReadResult = { readonly bytes: Buffer } | { readonly bytes: undefined; readonly reason?: string }

/**
 * @param path the file, which must be a regular one of ours that nobody else can read or write, and no link
 * @param maxBytes a larger one is not read
 */
export function readPrivateFile(path: string, maxBytes = MAX_FILE_BYTES): ReadResult {
  let descriptor: number | undefined
  try {
    // O_NONBLOCK: a pipe in the file's place must not hang us.
    descriptor = openSync(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    )
    const stats = fstatSync(descriptor)
    const reason = findFault(stats, maxBytes)
    return reason === undefined ? { bytes: readAll(descriptor, stats.size) } : { bytes: undefined, reason }
  } catch (error) {
    const reason = describeFailure(error)
    return reason === 'ENOENT' ? { bytes: undefined } : { bytes: undefined, reason }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/**
 * Atomic and durable: a unique temporary file, fsync, rename, fsync of the folder.
 *
 * @param path the file, 0600 when written; its folder must be there
 * @returns why it could not be written; undefined when it was
 */
export function writePrivateFile(path: string, bytes: Buffer): string | undefined {
  const reason = writeWhole(new Map([[path, bytes]]), ({ descriptor }) => fsyncSync(descriptor))
  if (reason === undefined) syncFolder(dirname(path))
  return reason
}

/**
 * Atomic, and not durable: for what is checked when it is read, and as good as never written when a power cut takes it. Nobody
 * waits for a disk, which takes 1 ms on a fast one, and 50 on others.
 *
 * @param files path → content; they come to be in this order
 * @returns why not all could be written; undefined when they were
 */
export function writePassingFiles(files: ReadonlyMap<string, Buffer>): string | undefined {
  return writeWhole(files, () => {})
}

/** @param finish is given each file before any of them comes to be */
function writeWhole(files: ReadonlyMap<string, Buffer>, finish: (draft: Draft) => void): string | undefined {
  const drafts: Draft[] = []
  try {
    for (const [path, bytes] of files) drafts.push(writeDraft(path, bytes))
    drafts.forEach(finish)
    // Before the rename: Windows moves no open file.
    drafts.forEach(close)
    for (const { path, temporary } of drafts) renameSync(temporary, path)
    return undefined
  } catch (error) {
    drafts.forEach(close)
    for (const { temporary } of drafts) removeFile(temporary)
    return describeFailure(error)
  }
}

/**
 * @param folder made, 0700, if it isn't there, and so is the one around it, but no more: a home that doesn't exist
 *   isn't ours to make
 * @returns why it can't be trusted or made; undefined when all is well
 */
export function preparePrivateFolder(folder: string): string | undefined {
  try {
    makeFolder(dirname(folder))
    makeFolder(folder)
    return findFolderFault(folder)
  } catch (error) {
    return describeFailure(error)
  }
}

/**
 * @returns why a folder can't be trusted; undefined when all is well
 * @throws what the file system throws, such as ENOENT
 */
export function findFolderFault(folder: string): string | undefined {
  const stats = lstatSync(folder)
  if (!stats.isDirectory()) return 'its folder is not a folder'
  return isOpenToOthers(stats) ? 'its folder is not ours alone (0700)' : undefined
}

/** Step by step: on Node 20, `recursive` never ends where nothing can be made, such as below /proc. */
function makeFolder(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(folder)) throw error
  }
}

/**
 * @returns a text that changes when another file comes in this one's place, or the same is somebody else's or open to
 *   others; undefined: there is none
 */
export function signatureOf(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.mtimeMs} ${stats.size} ${stats.mode} ${stats.uid}`
}

/** Gone or not ours to remove: both are fine. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Nothing to remove.
  }
}

function findFault(stats: Stats, maxBytes: number): string | undefined {
  if (!stats.isFile()) return 'it is not a regular file'
  if (isOpenToOthers(stats)) return 'it is not ours alone (0600)'
  return stats.size > maxBytes ? 'it is too large' : undefined
}

/** Windows has neither uid nor mode; there the folder in the user's profile is what protects. */
function isOpenToOthers({ uid, mode }: Stats): boolean {
  const ownUid = process.geteuid?.()
  return ownUid !== undefined && (uid !== ownUid || (mode & 0o077) !== 0)
}

function readAll(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

/** A file that is written, and not yet in its place. */
interface Draft {
  readonly path: string
  readonly temporary: string
  readonly descriptor: number
  isClosed: boolean
}

function writeDraft(path: string, bytes: Buffer): Draft {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    return { path, temporary, descriptor, isClosed: false }
  } catch (error) {
    closeSync(descriptor)
    removeFile(temporary)
    throw error
  }
}

function close(draft: Draft): void {
  if (draft.isClosed) return
  draft.isClosed = true
  closeSync(draft.descriptor)
}

/** Not every file system can; the rename has happened all the same. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // Windows, some network file systems.
  }
}
