/** One child with our own stdin, stdout and stderr, and how it ended. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { describeFailure } from '../errors.ts'
import type { Ending } from './ending.ts'
import { describeStartFailure } from './start-failure.ts'

/** What to start. */
export interface Command {
  /** A path, or a name to be found on the child's PATH. */
  readonly file: string
  readonly args: readonly string[]
  /** Windows: the arguments are quoted already. */
  readonly isVerbatim?: boolean
}

/** Variables by name; undefined means unset. */
export type Env = Readonly<Record<string, string | undefined>>

/** A child that runs, or has ended, or could not be started. */
export interface Child {
  /** Gives it a signal. Nothing happens when it has ended. */
  send(signal: NodeJS.Signals): void
  /** Never rejects. */
  readonly ended: Promise<Ending>
}

/**
 * @param command what to start
 * @param env its whole environment; not kept once it runs
 * @param warn says one line about what goes wrong, at the start or later
 * @returns before the event loop turns again, so no signal is lost
 */
export async function startChild(
  command: Command,
  env: Env,
  warn: (message: string) => void,
): Promise<Child> {
  try {
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child = spawn(command.file, command.args, {
      env,
      stdio: 'inherit',
      windowsVerbatimArguments: command.isVerbatim ?? false,
    })
    await once(child, 'spawn')
    return follow(child, warn)
  } catch (error) {
    const { status, message } = describeStartFailure(error, command, env)
    warn(message)
    return { send: () => {}, ended: Promise.resolve({ kind: 'exited', status }) }
  }
}

/** @returns whether `NODE_DEBUG` makes Node write a child's whole environment to stderr */
export function isEnvironmentShown(env: Env): boolean {
  // Node read the variable when it started, so it is too late to take it away.
  if (!env['NODE_DEBUG']) return false
  return process.getBuiltinModule('node:util').debuglog('child_process').enabled
}

function follow(child: ChildProcess, warn: (message: string) => void): Child {
  // Such as EPERM: the command runs as somebody else.
  child.on('error', (error) => warn(`the command did not get a signal (${describeFailure(error)})`))
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (status, signal) => {
      resolve(signal === null ? { kind: 'exited', status: status ?? 0 } : { kind: 'killed', signal })
    })
  })
  return { send: (signal) => void child.kill(signal), ended }
}
