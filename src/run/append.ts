/** Appending to a file that somebody else reads line by line. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { describeFailure, LockerError } from '../errors.ts'

const NEWLINE = 0x0a

/**
 * All of the text or, as far as the system lets us undo it, none.
 *
 * @param file made, 0600, if it isn't there. Whoever named it may have named a link
 * @param text begins on a line of its own, whatever was there before
 * @throws LockerError when it can't be written to
 */
export function appendWhole(file: string, text: string): void {
  let descriptor: number | undefined
  try {
    // O_NONBLOCK: a pipe in the file's place must not hang us.
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)
    descriptor = openSync(file, flags, 0o600)
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw new LockerError(`${file} can't be appended to: it is not a regular file`)
    append(descriptor, stats.size, endsOpen(descriptor, stats.size) ? `\n${text}` : text)
  } catch (error) {
    if (error instanceof LockerError) throw error
    throw new LockerError(`${file} can't be appended to (${describeFailure(error)})`)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function append(descriptor: number, size: number, text: string): void {
  const bytes = Buffer.from(text)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
  } catch (error) {
    ftruncateSync(descriptor, size)
    throw error
  }
}

/** Glued to half a line, the first value would be read as something else, and shown in an error. */
function endsOpen(descriptor: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE
}
