/** What synckit threw, to an error that says what to do about it. */
import { APIConnectionError, CliRunError, describeFailure, type LockerError } from '../errors.ts'

/**
 * @param error what starting or calling a worker threw
 * @param limit how long it was waited for, and what set that
 * @param advice how to do without a worker
 */
export function failureOfWorker(error: unknown, limit: string, advice: string): LockerError {
  if (error instanceof Error && error.message.includes('Atomics.wait() failed: timed-out')) {
    return new APIConnectionError(`no answer within ${limit}, not even from our own worker`, {
      cause: 'ETIMEDOUT',
      retryable: true,
    })
  }
  const reason = describeFailure(error)
  const isForbidden = reason === 'ERR_ACCESS_DENIED'
  const what = isForbidden
    ? 'Node was started with --permission: add --allow-worker'
    : `${advice}, or report this`
  return new CliRunError(`the worker thread that talks to the service failed (${reason}): ${what}`, {
    cause: reason,
  })
}
