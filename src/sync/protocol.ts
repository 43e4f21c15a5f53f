/** What crosses between the threads: one string each way, so that nothing can fail to be cloned. */
import { type ErrorRecord, fromErrorRecord, toErrorRecord } from '../errors.ts'

/** The worker's answer. Lines are what its logger said, for the calling side to print. */
export type Reply<T> = { readonly lines: readonly string[] } & (
  | { readonly result: T }
  | { readonly error: ErrorRecord }
)

/**
 * @param work what to do; anything it throws becomes part of the reply
 * @param lines filled by the work's logger
 * @returns the reply as text; never throws
 */
export async function replyTo(work: () => Promise<unknown>, lines: readonly string[]): Promise<string> {
  try {
    return JSON.stringify({ result: await work(), lines })
  } catch (error) {
    return JSON.stringify({ error: toErrorRecord(error), lines })
  }
}

/**
 * @param text what {@link replyTo} made
 * @returns the result
 * @throws the error of the reply, rebuilt
 */
export function openReply<T>(text: string, sink: (line: string) => void): T {
  const reply = JSON.parse(text) as Reply<T>
  for (const line of reply.lines) sink(line)
  if ('error' in reply) throw fromErrorRecord(reply.error)
  return reply.result
}
