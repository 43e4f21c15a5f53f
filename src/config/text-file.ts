/** Small text files that users write. Reading one never blocks and never takes more memory than its limit. */
import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { describeFailure } from '../errors.ts'
import { Problem } from './kind.ts'

/**
 * @param path follows links
 * @param maxBytes the largest file taken
 * @returns the text without a byte order mark, or why there is none: `can't be read (ENOENT)`
 */
export function readTextFile(path: string, maxBytes: number): string | Problem {
  let descriptor: number
  try {
    // Without O_NONBLOCK, opening a FIFO waits for its writer for ever. Windows has neither.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    return new Problem(`can't be read (${describeFailure(error)})`)
  }
  try {
    return fstatSync(descriptor).isFile()
      ? decodeText(readUpTo(descriptor, maxBytes), maxBytes)
      : new Problem('is not a regular file')
  } catch (error) {
    return new Problem(`can't be read (${describeFailure(error)})`)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads one byte more than allowed, so that a file that is too large shows. Files in /proc give no size. */
function readUpTo(descriptor: number, maxBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(maxBytes + 1)
  let length = 0
  let read: number
  do {
    read = readSync(descriptor, bytes, length, bytes.length - length, null)
    length += read
  } while (read > 0)
  return bytes.subarray(0, length)
}

function decodeText(bytes: Buffer, maxBytes: number): string | Problem {
  if (bytes.length > maxBytes) return new Problem(`is larger than ${maxBytes} bytes`)
  return isUtf8(bytes) ? bytes.toString('utf8').replace(/^\ufeff/, '') : new Problem('is not UTF-8 text')
}
