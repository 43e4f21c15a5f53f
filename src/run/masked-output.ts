/** From a child's pipes through the mask to our own stdout and stderr. product: section 3, `--mask` */
import { write } from 'node:fs'
import type { Readable } from 'node:stream'
import { describeFailure } from '../errors.ts'
import { createMask } from './mask.ts'
import { Search } from './mask-search.ts'

/** How often a descriptor that is full and doesn't block is tried again. */
const RETRY_MS = 10

/** One stream of a child on its way to a descriptor of ours. */
export interface MaskedOutput {
  /** Fulfilled when all of it is written, or nobody wants it any more. Never rejects. */
  readonly done: Promise<void>
  /** Whether it is our reader who is waited for, and not the child. */
  isWriting(): boolean
  /** Takes what has come for all there is. */
  stop(): void
}

/**
 * @param sources our ends of a child's stdout and stderr, in this order; none where they don't come our way
 * @param patterns what is replaced
 * @param warn says one line about what goes wrong
 */
export function maskOutputs(
  sources: readonly Readable[],
  patterns: readonly Buffer[],
  warn: (message: string) => void,
): MaskedOutput[] {
  if (sources.length === 0) return []
  const search = new Search(patterns)
  return sources.map((source, index) => maskOutput(source, index + 1, search, warn))
}

/**
 * The child waits while our reader does. When that one goes away, the child's pipe is closed, so that it learns
 * of it as it would without us.
 *
 * @param descriptor ours; its flags stay as they are, since other processes share them
 */
function maskOutput(
  source: Readable,
  descriptor: number,
  search: Search,
  warn: (message: string) => void,
): MaskedOutput {
  let isWriting = false
  let isStopped = false
  const writeAll = async (bytes: Buffer) => {
    isWriting = true
    let position = 0
    while (position < bytes.length) position += await writeSome(descriptor, bytes.subarray(position))
    isWriting = false
  }
  const pump = async () => {
    const mask = createMask(search)
    try {
      // Leaving the loop by an error closes the pipe.
      for await (const chunk of source) await writeAll(mask.push(chunk))
    } catch (error) {
      if (!isStopped) throw error
    }
    await writeAll(mask.end())
  }
  const done = pump().catch((error: unknown) => {
    isWriting = false
    const failure = describeFailure(error)
    if (failure !== 'EPIPE') warn(`the rest of the command's output is lost (${failure})`)
  })
  const stop = () => {
    isStopped = true
    source.destroy()
  }
  return { done, isWriting: () => isWriting, stop }
}

/** A write of a thread's own: it may block as long as the reader likes, and changes no flag as a stream would. */
function writeSome(descriptor: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => {
      if (error === null) resolve(written)
      else if (error.code === 'EAGAIN') setTimeout(resolve, RETRY_MS, 0)
      else reject(error)
    })
  })
}
