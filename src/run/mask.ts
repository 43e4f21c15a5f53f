/** Replaces secret values in a stream of bytes, wherever chunks begin and end. product: section 3, `--mask` */
import { type Search, START } from './mask-search.ts'

/** What stands for a value. */
export const REPLACEMENT = Buffer.from('***')

const NOTHING = Buffer.alloc(0)

/** The mask of one stream. */
export interface Mask {
  /**
   * @param chunk what comes next
   * @returns what is decided by now, which is the chunk itself when there is nothing to replace in it
   *   and it doesn't end with what a value begins with
   */
  push(chunk: Buffer): Buffer
  /** @returns what was held back: nothing more comes */
  end(): Buffer
}

/** Where a range starts whose replacement is out already. */
const OUT = -1

/** Bytes to replace. Positions count from the first byte that is held back. */
interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Whatever belongs to any occurrence of any value is replaced. Values that overlap are replaced as one, so nothing of
 * either is left; one inside another goes with it.
 *
 * @param search finds the values
 */
export function createMask(search: Search): Mask {
  let state = START
  /** What may be the beginning of a value. */
  let held: Buffer = NOTHING
  let ranges: Range[] = []

  const release = (text: Buffer, decided: number): Buffer => {
    held = text.subarray(decided)
    return ranges.length === 0 ? text.subarray(0, decided) : replace(text, decided)
  }

  const replace = (text: Buffer, decided: number): Buffer => {
    const output = Buffer.allocUnsafe(decided + ranges.length * REPLACEMENT.length)
    const later: Range[] = []
    let length = 0
    let position = 0
    for (const { start, end } of ranges) {
      // One that begins later may yet turn out to begin earlier.
      const isOut = start <= decided
      if (isOut && start !== OUT) {
        length += text.copy(output, length, position, start)
        output.set(REPLACEMENT, length)
        length += REPLACEMENT.length
      }
      if (isOut) position = Math.min(end, decided)
      if (end > decided) later.push({ start: isOut ? OUT : start - decided, end: end - decided })
    }
    length += text.copy(output, length, position, decided)
    ranges = later
    return output.subarray(0, length)
  }

  return {
    push: (chunk) => {
      const offset = held.length
      state = search.scan(chunk, state, (end, length) => {
        addRange(ranges, { start: offset + end - length, end: offset + end })
      })
      const pending = search.countPending(state)
      if (offset === 0 && pending === 0 && ranges.length === 0) return chunk
      const text = offset === 0 ? chunk : Buffer.concat([held, chunk])
      return release(text, text.length - pending)
    },
    end: () => release(held, held.length),
  }
}

/** @param range ends after all the others */
function addRange(ranges: Range[], range: Range): void {
  let last = ranges.at(-1)
  while (last !== undefined && last.start >= range.start) {
    ranges.pop()
    last = ranges.at(-1)
  }
  if (last === undefined || last.end <= range.start) ranges.push(range)
  else ranges[ranges.length - 1] = { start: last.start, end: range.end }
}
