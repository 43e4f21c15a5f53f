/** `--exec`: the command takes our place, and no process of ours is left. product: section 3 */
import { describeFailure, LockerError } from '../errors.ts'
import { isTooLarge } from '../exec-size.ts'
import type { Command, Env } from './child.ts'
import { requireStartFailure } from './deferred.ts'
import { type Format, readFormat, refusal } from './exec-format.ts'
import { listPaths } from './search-path.ts'

/** Node's types know it from Node 22.15 on. */
type Execve = (path: string, args: readonly string[], env: Readonly<Record<string, string>>) => never

/** What is to run in our place. */
interface Image {
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
 * @param warn says in one line why it can't be done
 * @returns what lets the command take our place. It returns only where that fails: the exit status
 */
export function prepareExec(command: Command, env: Env, warn: (message: string) => void): () => number {
  const refuse = (error: unknown) => {
    const { status, message } = requireStartFailure().describeStartFailure(error, command, env)
    warn(message)
    return status
  }
  try {
    const image = findImage(command, env)
    return () => {
      try {
        return replaceProcess(image, env)
      } catch (error) {
        return refuse(error)
      }
    }
  } catch (error) {
    const status = refuse(error)
    return () => status
  }
}

/** @throws what the kernel would say, as an error with a `code` */
function findImage(command: Command, env: Env): Image {
  const { path, format } = findFile(command.file, env)
  const args = [command.file, ...command.args]
  const image = format === 'program' ? { path, args } : { path: SHELL, args: [SHELL, path, ...command.args] }
  if (format === 'text' && readFormat(SHELL) !== 'program') throw refusal('ENOEXEC')
  if (isTooLarge(image.args, env)) throw refusal('E2BIG')
  return image
}

function findFile(file: string, env: Env): { path: string; format: Format } {
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

/**
 * Our sockets and files close with us. Stdin, stdout and stderr have never been touched, so they are the command's
 * as they were ours.
 *
 * @throws Node 26 and newer: what the kernel says
 */
function replaceProcess({ path, args }: Image, env: Env): never {
  for (const signal of IGNORED_SIGNALS) {
    // Adding a listener and removing it leaves the default behind.
    const listener = () => {}
    process.on(signal, listener)
    process.removeListener(signal, listener)
  }
  const variables: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(env)) if (value !== undefined) variables[name] = value
  return (process as unknown as { readonly execve: Execve }).execve(path, args, variables)
}
