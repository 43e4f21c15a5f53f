/** On a slow load, one line on the terminal that vanishes again. */
import { writeSync } from 'node:fs'

const STDERR = 2
/** What people still call at once. */
const PATIENCE_MS = 1000
const LINE = 'lockerpm: loading secrets …'
/** Back to the line's beginning, and clear it. */
const ERASE = '\r\u001b[K'

/**
 * Speaks only on a terminal that can erase a line.
 *
 * @param terminalType the variable TERM
 * @returns what takes the line away, or keeps it from appearing; it may be called again
 */
export function showProgress(terminalType: string | undefined): () => void {
  if (terminalType === undefined || terminalType === 'dumb') return () => {}
  let isShown = false
  const timer = setTimeout(() => {
    isShown = process.getBuiltinModule('node:tty').isatty(STDERR) && write(LINE)
  }, PATIENCE_MS)
  return () => {
    clearTimeout(timer)
    if (isShown) write(ERASE)
    isShown = false
  }
}

/** Writes to the descriptor itself: the stream would be the child's too, and changed for it. */
function write(text: string): boolean {
  try {
    writeSync(STDERR, text)
    return true
  } catch {
    return false
  }
}
