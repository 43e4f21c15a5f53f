/** `process.stderr` as it is for us: a descriptor that the command has as well, and that stays as it is. */
import { EventEmitter } from 'node:events'
import { stderrSink } from '../logger.ts'

/**
 * Node itself reads `process.stderr`, when `assert` is loaded and when a socket ends, and to read it is to open it:
 * a pipe then no longer blocks, for nobody who shares it. The command would see its writes fail.
 */
export function replaceStderr(): void {
  const sink = stderrSink({ fd: 2 })
  const write = (text: string) => {
    sink(text.replace(/\n$/, ''))
    return true
  }
  const value = Object.assign(new EventEmitter(), { fd: 2, write })
  Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, value })
}
