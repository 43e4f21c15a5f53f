/** Pipes for a child's stdout and stderr. product: section 3, `--mask` */
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** One that nobody has written to yet. */
export interface ChildPipe {
  /** Our end. */
  readonly source: Readable
  /** The child's end, to be closed here when the child has it. */
  readonly descriptor: number
}

/**
 * What Node calls a pipe is a socket. It can't be opened as `/dev/stdout`, where servers in containers log to, and a
 * program whose reader has gone is told so in other words than SIGPIPE. A FIFO is a pipe, and needs its name only
 * for as long as it takes to open it.
 *
 * @returns as many as asked for; undefined where none can be made: Windows, or nowhere to write
 */
export function openPipes(count: number): ChildPipe[] | undefined {
  if (process.platform === 'win32') return undefined
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), 'locker-run-'))
    const files = Array.from({ length: count }, (_, index) => join(folder ?? '', String(index)))
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const { status } = spawnSync('mkfifo', files, { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    return status === 0 ? files.map(openPipe) : undefined
  } catch {
    return undefined
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** Our end first, without waiting: the other one then has somebody to be opened for. */
function openPipe(file: string): ChildPipe {
  const { Socket } = process.getBuiltinModule('node:net')
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  return { source: new Socket({ fd, readable: true, writable: false }), descriptor: openSync(file, 'w') }
}

/** @param pipes whose other ends the child has by now, or never will have */
export function closeChildEnds(pipes: readonly ChildPipe[]): void {
  for (const { descriptor } of pipes) closeSync(descriptor)
}
