/** Writing to stdout, to the last byte. */
import { describeFailure, LockerError } from '../errors.ts'

/**
 * @param text what to write; it has left us when this returns, so that the process may exit
 * @returns whether a reader took it; false: it went away, having seen what it wanted
 * @throws LockerError when stdout can't take it
 */
export async function writeStdout(text: string): Promise<boolean> {
  const error = await new Promise<Error | null | undefined>((resolve) => {
    // Told to the callback as well; without a listener it would end the process.
    process.stdout.on('error', () => {})
    process.stdout.write(text, resolve)
  })
  if (!error) return true
  const failure = describeFailure(error)
  if (failure !== 'EPIPE') throw new LockerError(`stdout can't be written to (${failure})`)
  return false
}
