/** `--exec`: the command takes our place, and no process of ours is left. product: section 3 */
import { describeFailure, LockerError } from '../errors.ts'
import type { Command, Env } from './child.ts'
import { readFormat, refusal } from './exec-format.ts'
import { isTooLarge } from './exec-size.ts'
import { listPaths } from './search-path.ts'

/** Node's types know it from Node 22.15 on. */
type Execve = (path: string, args: readonly string[], env: Readonly<Record<string, string>>) => never

/** What is to run in our place. */
export interface Image {
  readonly path: string
  /** Its own name first. */
  readonly args: readonly string[]
}

/** Node ignores these, and what is ignored stays so in a program that takes our place. */
const IGNORED_SIGNALS: readonly NodeJS.Signals[] = ['SIGPIPE', 'SIGXFSZ']
/** Where a search on PATH goes on, as the C library's does. */
const SEARCHED_ON: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES'])
const SHELL = '/bin/sh'

/**
 * @throws LockerError when this system or this Node can't do it
 */
export function requireExecve(platform: NodeJS.Platform): void {
  if (platform === 'win32') {
    throw new LockerError('--exec is not there on Windows, where no process can take the place of another')
  }
  if ('execve' in process) return
  throw new LockerError(
    `--exec needs Node 22.15 or newer, and this is ${process.version}: leave it out, or update Node`,
  )
}

/**
 * Finds out beforehand whatever execve could have against it, since a failure may not be survived.
 *
 * @throws what the kernel would say, as an error with a `code`
 */
export function findImage(command: Command, env: Env): Image {
  const { path, format } = find(command.file, env)
  const args = [command.file, ...command.args]
  const image = format === 'program' ? { path, args } : { path: SHELL, args: [SHELL, path, ...command.args] }
  if (format === 'text' && readFormat(SHELL) !== 'program') throw refusal('ENOEXEC')
  if (isTooLarge(image.args, env)) throw refusal('E2BIG')
  return image
}

/**
 * Returns never. Our sockets and files close with it; stdin, stdout and stderr have never been touched, so they are
 * the command's as they were ours.
 *
 * @throws Node 26 and newer: what the kernel says
 */
export function replaceProcess({ path, args }: Image, env: Env): never {
  for (const signal of IGNORED_SIGNALS) {
    // Adding a listener and removing it leaves the default behind.
    const listener = () => {}
    process.on(signal, listener)
    process.removeListener(signal, listener)
  }
  const variables = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const { execve } = process as unknown as { execve: Execve }
  return execve(path, args, Object.assign(Object.create(null), Object.fromEntries(variables)))
}

function find(file: string, env: Env): { path: string; format: ReturnType<typeof readFormat> } {
  let failure: unknown
  for (const path of listPaths(file, env)) {
    try {
      return { path, format: readFormat(path) }
    } catch (error) {
      const code = describeFailure(error)
      if (!SEARCHED_ON.has(code)) throw error
      // A file without permission is told about rather than one that isn't there.
      if (failure === undefined || code === 'EACCES') failure = error
    }
  }
  throw failure
}
