/** A file that the user names to be written: somewhere of theirs, maybe behind a link. */
import { realpathSync, statSync } from 'node:fs'
import { describeFailure } from '../errors.ts'
import { writePrivateFile } from './private-file.ts'

/**
 * Atomic; what is written is the owner's alone (0600).
 *
 * @param file absolute
 * @returns why it could not be written, what was there before being whole; undefined when it was
 */
export function writeOutputFile(file: string, bytes: Buffer): string | undefined {
  const target = findTarget(file)
  return 'reason' in target ? target.reason : writePrivateFile(target.path, bytes)
}

/** Behind a link is the file that is meant. A device or a pipe must not be replaced by a file, least of all by root. */
function findTarget(file: string): { readonly path: string } | { readonly reason: string } {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats === undefined) return { path: file }
    return stats.isFile() ? { path: realpathSync(file) } : { reason: 'it is not a regular file' }
  } catch (error) {
    return { reason: describeFailure(error) }
  }
}
