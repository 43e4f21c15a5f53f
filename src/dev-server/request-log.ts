/** The file of `--log`: one line a request, never a body or a header. product: section 5 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { describeFailure, LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'

/** Appends lines; a line is in the file when `write` returns. */
export interface RequestLog {
  /**
   * @param status undefined: no answer was begun
   * @param durationMs from the request's arrival to the answer's begin
   */
  write(method: string, url: string, status: number | undefined, durationMs: number): void
  /** What is written from then on is dropped. */
  readonly close: () => void
}

/**
 * @param file its path; lines are added at its end
 * @throws LockerError `locker_error` when it can't be opened
 */
export function openRequestLog(file: string): RequestLog {
  let descriptor: number | undefined = open(file)
  return {
    write: (method, url, status, durationMs) => {
      if (descriptor === undefined) return
      writeSync(descriptor, `${method} ${oneLine(url)} ${status ?? '-'} ${durationMs.toFixed(1)}\n`)
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'a')
  } catch (error) {
    throw new LockerError(`the log file ${oneLine(file)} can't be written (${describeFailure(error)})`, {
      cause: error,
    })
  }
}
