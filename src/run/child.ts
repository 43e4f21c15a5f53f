/** One child with our own stdin, stdout and stderr, or with masked ones, and how it ended. */
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { describeFailure } from '../errors.ts'
import { closeChildEnds, openPipes } from './child-pipes.ts'
import { drain } from './drain.ts'
import type { Ending } from './ending.ts'
import { onEndingSignal } from './ending-signals.ts'
import { type MaskedOutput, maskOutputs } from './masked-output.ts'
import { describeStartFailure } from './start-failure.ts'
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
 * @param patterns what must not show in its output. Where there is none, its output doesn't go through us
 * @returns before the event loop turns again, so no signal is lost
 */
export async function startChild(
  command: Command,
  env: Env,
  warn: (message: string) => void,
  patterns: readonly Buffer[] = [],
): Promise<Child> {
  try {
    const [child, sources] =
      patterns.length === 0 ? [spawn(command, env, 'inherit'), []] : spawnPiped(command, env)
    await once(child, 'spawn')
    return follow(child, maskOutputs(sources, patterns, warn), warn)
  } catch (error) {
    const { status, message } = describeStartFailure(error, command, env)
    warn(message)
    return { send: () => {}, ended: Promise.resolve({ kind: 'exited', status }) }
  }
}

function spawn(command: Command, env: Env, stdio: StdioOptions): ChildProcess {
  const {
    file,
    args,
    isVerbatim = false,
  } = process.platform === 'win32' ? resolveShim(command, env) : command
  const options = { env, stdio, windowsVerbatimArguments: isVerbatim }
  return process.getBuiltinModule('node:child_process').spawn(file, args, options)
}

/** @returns the child, and our ends of its stdout and its stderr */
function spawnPiped(command: Command, env: Env): [ChildProcess, Readable[]] {
  const pipes = openPipes(2)
  if (pipes === undefined) {
    const child = spawn(command, env, ['inherit', 'pipe', 'pipe'])
    return [child, [child.stdout, child.stderr].filter((source) => source !== null)]
  }
  try {
    const child = spawn(command, env, ['inherit', ...pipes.map(({ descriptor }) => descriptor)])
    return [child, pipes.map(({ source }) => source)]
  } finally {
    closeChildEnds(pipes)
  }
}

/** @returns whether `NODE_DEBUG` makes Node write a child's whole environment to stderr */
export function isEnvironmentShown(env: Env): boolean {
  // Node read the variable when it started, so it is too late to take it away.
  if (!env['NODE_DEBUG']) return false
  return process.getBuiltinModule('node:util').debuglog('child_process').enabled
}

function follow(
  child: ChildProcess,
  outputs: readonly MaskedOutput[],
  warn: (message: string) => void,
): Child {
  // Such as EPERM: the command runs as somebody else.
  child.on('error', (error) => warn(`the command did not get a signal (${describeFailure(error)})`))
  const exited = new Promise<Ending>((resolve) => {
    child.once('exit', (status, signal) => {
      resolve(signal === null ? { kind: 'exited', status: status ?? 0 } : { kind: 'killed', signal })
    })
  })
  const ended = outputs.length === 0 ? exited : exited.then((ending) => finish(ending, outputs, warn))
  return { send: (signal) => void child.kill(signal), ended }
}

/** Nobody is there any more to forward a signal to: it ends the wait. */
async function finish(
  ending: Ending,
  outputs: readonly MaskedOutput[],
  warn: (message: string) => void,
): Promise<Ending> {
  let forget = () => {}
  const interrupted = new Promise<Ending>((resolve) => {
    forget = onEndingSignal(process, (signal) => resolve({ kind: 'killed', signal }))
  })
  const drained = drain(outputs).then((isAll) => {
    if (!isAll) warn('what the command left running still holds its output: the rest of that is not shown')
    return ending
  })
  return Promise.race([drained, interrupted]).finally(forget)
}
