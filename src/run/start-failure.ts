/** Why a command could not be started, in words: looked into only after the kernel has refused it. */
import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { describeFailure } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { OWN_FAILURE_STATUS } from '../own-failure.ts'
import { describeTooLarge } from '../too-large.ts'
import type { Command, Env } from './child.ts'
import { isPath, listPaths, pathOf } from './search-path.ts'

/** The statuses that shells, `env` and `timeout` use. */
const NOT_FOUND = 127
const CANNOT_RUN = 126

/** One line for stderr, and the exit status that says so. */
export interface StartFailure {
  readonly status: number
  readonly message: string
}

/**
 * @param error what Node threw or emitted instead of starting the command
 * @param command what should have been started
 * @param env the environment it should have got: its PATH counts, and its size
 */
export function describeStartFailure(error: unknown, command: Command, env: Env): StartFailure {
  const code = command.file === '' ? 'ENOENT' : describeFailure(error)
  const shown = `"${oneLine(command.file)}"`
  switch (code) {
    case 'ENOENT':
      return { status: NOT_FOUND, message: describeMissing(command, shown, env) }
    case 'EACCES':
      return { status: CANNOT_RUN, message: `${shown} can't be run: ${explainRefusal(command, env)}` }
    case 'E2BIG':
      return {
        status: CANNOT_RUN,
        message: `${shown} can't be run: ${describeTooLarge([command.file, ...command.args], env)}`,
      }
    case 'EAGAIN':
    case 'ENOMEM':
    case 'EMFILE':
    case 'ENFILE':
      return {
        status: OWN_FAILURE_STATUS,
        message: `no process could be made for ${shown} (${code}): a limit is reached`,
      }
    default:
      return { status: CANNOT_RUN, message: `${shown} can't be run: ${REASONS[code] ?? code}` }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ELOOP: 'too many symbolic links, or links that lead to themselves',
  ENOTDIR: 'a part of its path is not a directory',
  ENOEXEC: 'it is not a program of this system. A script needs a first line such as #!/bin/sh',
  ENAMETOOLONG: 'its path is too long',
  ETXTBSY: 'something has it open for writing',
  EPERM: 'the system does not permit it',
}

function describeMissing(command: Command, shown: string, env: Env): string {
  if (command.file === '') return 'the command is an empty word'
  const found = findFile(command.file, env)
  if (found !== undefined) return `${shown} can't be run: ${explainMissingPart(found.path)}`
  if (/\s/.test(command.file)) return `${shown} is not found. A whole command line goes after -c`
  if (isPath(command.file)) return `${shown} does not exist`
  return pathOf(env) === undefined
    ? `${shown} is not found, and PATH is not set`
    : `${shown} is not found on PATH`
}

/** The file is there, so what is missing is what the kernel needs to run it. */
function explainMissingPart(path: string): string {
  const interpreter = readInterpreter(path)
  if (interpreter === undefined) return 'the loader it needs is missing. Was it built for another system?'
  const advice = interpreter.endsWith('\r') ? '. Save the file with Unix line ends' : ''
  return `its interpreter "${oneLine(interpreter)}" is missing${advice}`
}

function explainRefusal(command: Command, env: Env): string {
  const found = findFile(command.file, env)
  if (found === undefined) return 'permission denied'
  if (found.stats.isDirectory()) return 'it is a directory'
  if ((found.stats.mode & 0o111) === 0) return `it is not executable. Try chmod +x, or name its interpreter`
  const interpreter = readInterpreter(found.path)
  return interpreter === undefined
    ? 'permission denied'
    : `permission denied, to it or to its interpreter "${oneLine(interpreter)}"`
}

/** @returns the first file of that name where the C library looks, whatever its permissions */
function findFile(file: string, env: Env): { path: string; stats: Stats } | undefined {
  for (const path of listPaths(file, env)) {
    try {
      return { path, stats: statSync(path) }
    } catch {
      // The search goes on, as the C library's does.
    }
  }
  return undefined
}

/** @returns what the line after `#!` names; undefined for anything but a script that can be read */
function readInterpreter(path: string): string | undefined {
  try {
    const descriptor = openSync(path, 'r')
    try {
      // As much as Linux looks at.
      const start = Buffer.alloc(256)
      const length = readSync(descriptor, start)
      return /^#![ \t]*([^ \t\n]+)/.exec(start.toString('latin1', 0, length))?.[1]
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}
