/** A command that gets what an earlier start came to: `src/replay/`. product: section 3 */
import type { Change } from '../environment/apply.ts'
import { changeEnvironment } from './changed-environment.ts'
import { type Child, type Command, startChild } from './child.ts'
import { type CommandLine, isExecLine } from './command-line.ts'
import { requireExec } from './deferred.ts'
import type { Ending } from './ending.ts'
import { guessStanding } from './foreground.ts'
import type { RunTools } from './run-tools.ts'
import { warnOfShownEnvironment } from './shown-environment.ts'
import { afterOneTurn } from './signals.ts'

/**
 * @param line the command and its arguments, and whether it is to take our place
 * @param change what is to be done to our environment to make it the command's
 * @param warn says one line on stderr
 * @returns how it ended
 * @throws LockerError when `--exec` can't be done here; the interruption's reason
 */
export async function runRepeated(
  line: CommandLine,
  change: Change,
  warn: (message: string) => void,
  tools: RunTools,
): Promise<Ending> {
  const [file = '', ...args] = line.words
  if (isExecLine(line)) return takeOver({ file, args }, change, warn, tools)
  const child = await start({ file, args }, change, warn, tools)
  tools.onStarted()
  return child.ended
}

/** @returns only where it fails */
async function takeOver(
  command: Command,
  change: Change,
  warn: (message: string) => void,
  { interruption }: RunTools,
): Promise<Ending> {
  const { prepareExec, requireExecve } = requireExec()
  requireExecve(process.platform)
  const env = changeEnvironment(process.env, change, process.platform)
  const replace = prepareExec(command, env, warn)
  // As in `start`.
  await new Promise<void>(afterOneTurn)
  interruption.check()
  return { kind: 'exited', status: replace() }
}

/** Apart from {@link runRepeated}, so that nothing keeps the secrets in memory while the command runs. */
async function start(
  command: Command,
  change: Change,
  warn: (message: string) => void,
  { signals, interruption, onEnded }: RunTools,
): Promise<Child> {
  warnOfShownEnvironment(process.env, warn)
  // To read the record held the event loop up: a signal that came meanwhile is seen now.
  await new Promise<void>(afterOneTurn)
  interruption.check()
  const env = changeEnvironment(process.env, change, process.platform)
  const child = await startChild(command, env, warn, onEnded)
  signals.forwardTo(child.send, guessStanding())
  return child
}
