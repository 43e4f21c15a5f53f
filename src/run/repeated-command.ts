/** A command that gets what an earlier start came to: `src/replay/`. product: section 3 */
import type { Change } from '../environment/apply.ts'
import { changeEnvironment } from './changed-environment.ts'
import { type Child, startChild } from './child.ts'
import type { Ending } from './ending.ts'
import { guessStanding } from './foreground.ts'
import type { RunTools } from './run-tools.ts'
import { warnOfShownEnvironment } from './shown-environment.ts'
import { afterOneTurn } from './signals.ts'

/**
 * @param words the command and its arguments
 * @param change what is to be done to our environment to make it the command's
 * @param warn says one line on stderr
 * @returns how it ended
 * @throws the interruption's reason
 */
export async function runRepeated(
  words: readonly string[],
  change: Change,
  warn: (message: string) => void,
  tools: RunTools,
): Promise<Ending> {
  const child = await start(words, change, warn, tools)
  tools.onStarted()
  return child.ended
}

/** Apart from {@link runRepeated}, so that nothing keeps the secrets in memory while the command runs. */
async function start(
  [file = '', ...args]: readonly string[],
  change: Change,
  warn: (message: string) => void,
  { signals, interruption }: RunTools,
): Promise<Child> {
  warnOfShownEnvironment(process.env, warn)
  // To read the record held the event loop up: a signal that came meanwhile is seen now.
  await new Promise<void>(afterOneTurn)
  interruption.check()
  const env = changeEnvironment(process.env, change, process.platform)
  const child = await startChild({ file, args }, env, warn)
  signals.forwardTo(child.send, guessStanding())
  return child
}
