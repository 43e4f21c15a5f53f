/** The entry of `locker-run`: composes, prints, and ends as the command ended. product: section 3 */

import { createLogger, LogLevel, stderrSink } from '../logger.ts'
import { OWN_FAILURE_STATUS, reportOwnFailure } from '../own-failure.ts'
import { keepEnvironmentOut } from '../reports.ts'
import { findHome, findWorkingDirectory } from '../surroundings.ts'
import { startClock } from '../vault/freshness.ts'
import { version } from '../version.ts'
import { type CommandPlan, parseArgs } from './args.ts'
import { formatCompletion } from './completion.ts'
import { type Ending, exitStatus, mayRaise, raise } from './ending.ts'
import { readStanding } from './foreground.ts'
import { formatHelp } from './help.ts'
import { letGoOfLostTerminals } from './lost-terminal.ts'
import { showProgress } from './progress.ts'
import { runCommand } from './run-command.ts'
import { type CaughtSignals, catchSignals } from './signals.ts'
import type { Surroundings } from './sources.ts'
import { replaceStderr } from './stderr-stream.ts'
import { writeStdout } from './stdout.ts'
import { performTask } from './task.ts'

/** A signal that the parent had blocked never comes: then the status has to tell. */
const RAISE_TIMEOUT_MS = 1000

const OWN_FAILURE: Ending = { kind: 'exited', status: OWN_FAILURE_STATUS }

const sink = stderrSink({ fd: 2 })

replaceStderr()
keepEnvironmentOut(process.report)
main(process.argv.slice(2)).then(leave, (error: unknown) => {
  complain(error, 'nothing was started')
  leave(OWN_FAILURE)
})

async function main(argv: readonly string[]): Promise<Ending> {
  const plan = parseArgs(argv)
  if (plan.kind === 'help') return print(formatHelp(isColourWanted()))
  if (plan.kind === 'version') return print(`${version}\n`)
  if (plan.kind === 'completion') return print(formatCompletion(plan.shell))
  const interruption = new AbortController()
  return new Promise((resolve, reject) => {
    const hideProgress = showProgress(process.env['TERM'])
    // A defect fails the start like anything else.
    process.on('uncaughtException', reject)
    // In place before the first request. Whoever interrupts a load isn't kept waiting for its end.
    const signals = catchSignals(process, readStanding, (signal) => {
      hideProgress()
      interruption.abort()
      resolve({ kind: 'killed', signal })
    })
    const surroundings = lookAround(hideProgress)
    const ended =
      plan.kind === 'task'
        ? performTask(plan, surroundings, interruption.signal)
        : run(plan, signals, interruption.signal, surroundings)
    ended.then((ending) => resolve(ending ?? OWN_FAILURE), reject)
  })
}

function run(
  plan: CommandPlan,
  signals: CaughtSignals,
  interruption: AbortSignal,
  surroundings: Surroundings,
): Promise<Ending | undefined> {
  const onStarted = () => {
    // From now on no defect may end us before the command.
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => complain(error, 'the command goes on'))
  }
  return runCommand(plan, { surroundings, signals, interruption, onStarted })
}

/** @param hideProgress called before anything is said */
function lookAround(hideProgress: () => void): Surroundings {
  return {
    env: process.env,
    cwd: findWorkingDirectory,
    home: findHome(),
    platform: process.platform,
    clock: startClock(),
    sink: (line) => {
      hideProgress()
      sink(line)
    },
    hideProgress,
  }
}

/** Dies of what the command died of, where that is possible; else exits with a status that says the same. */
function leave(ending: Ending): void {
  if (ending.kind === 'killed' && mayRaise(ending.signal, process.pid)) {
    setTimeout(() => process.exit(exitStatus(ending)), RAISE_TIMEOUT_MS)
    raise(ending.signal)
  } else {
    letGoOfLostTerminals()
    process.exit(exitStatus(ending))
  }
}

function isColourWanted(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

/** For what happens before the configuration is known, or comes from nowhere. */
function complain(error: unknown, consequence: string): void {
  reportOwnFailure(error, consequence, createLogger(LogLevel.ERROR, sink))
}

/** A reader that went away has seen what it wanted. */
async function print(text: string): Promise<Ending> {
  await writeStdout(text)
  return { kind: 'exited', status: 0 }
}
