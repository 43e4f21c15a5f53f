/** One child with our own stdin, stdout and stderr, and how it ended. */
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { describeFailure } from '../errors.ts'
import { requireStartFailure } from './deferred.ts'
import type { Ending } from './ending.ts'
import { resolveShim } from './windows.ts'

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
 * @param onEnded called as soon as it ends, before {@link Child.ended} is fulfilled
 * @returns before the event loop turns again, so no signal is lost
 */
export async function startChild(
  command: Command,
  env: Env,
  warn: (message: string) => void,
  onEnded?: (ending: Ending) => void,
): Promise<Child> {
  try {
    return await follow(spawn(command, env, 'inherit'), warn, onEnded)
  } catch (error) {
    return reportUnstarted(error, command, env, warn)
  }
}

/**
 * @param stdio what the child gets as its stdin, stdout and stderr
 * @throws what Node throws instead of emitting it
 */
export function spawn(command: Command, env: Env, stdio: StdioOptions): ChildProcess {
  const {
    file,
    args,
    isVerbatim = false,
  } = process.platform === 'win32' ? resolveShim(command, env) : command
  const options = { env, stdio, windowsVerbatimArguments: isVerbatim }
  return process.getBuiltinModule('node:child_process').spawn(file, args, options)
}

/** Loads what {@link spawn} needs, 3.5 ms, for whoever has nothing better to do just now. */
export function prepareToSpawn(): void {
  process.getBuiltinModule('node:child_process')
}

/**
 * @param child just spawned
 * @param onEnded as for {@link startChild}
 * @throws why it could not be started
 */
export async function follow(
  child: ChildProcess,
  warn: (message: string) => void,
  onEnded?: (ending: Ending) => void,
): Promise<Child> {
  await once(child, 'spawn')
  // Such as EPERM: the command runs as somebody else.
  child.on('error', (error) => warn(`the command did not get a signal (${describeFailure(error)})`))
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (status, signal) => {
      const ending: Ending =
        signal === null ? { kind: 'exited', status: status ?? 0 } : { kind: 'killed', signal }
      onEnded?.(ending)
      resolve(ending)
    })
  })
  return { send: (signal) => void child.kill(signal), ended }
}

/** @returns a child that ended with the status that says why there is none */
export function reportUnstarted(
  error: unknown,
  command: Command,
  env: Env,
  warn: (message: string) => void,
): Child {
  const { status, message } = requireStartFailure().describeStartFailure(error, command, env)
  warn(message)
  return { send: () => {}, ended: Promise.resolve({ kind: 'exited', status }) }
}
