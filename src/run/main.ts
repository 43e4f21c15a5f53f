/** The entry of `locker-run`: composes, prints, and ends as the command ended. product: section 3 */
import { findHome } from '../surroundings.ts'
import { createLogger, LogLevel, stderrSink } from '../logger.ts'
import { OWN_FAILURE_STATUS, reportOwnFailure } from '../own-failure.ts'
import { findWorkingDirectory } from '../surroundings.ts'
import { version } from '../version.ts'
import { type CommandPlan, parseArgs } from './args.ts'
import { type Child, isEnvironmentShown, startChild } from './child.ts'
import { loadChildEnvironment, type Surroundings } from './child-environment.ts'
import { toCommand } from './command.ts'
import { type Ending, exitStatus, mayRaise, raise } from './ending.ts'
import { guessStanding, readStanding } from './foreground.ts'
import { formatHelp } from './help.ts'
import { showProgress } from './progress.ts'
import { afterOneTurn, type CaughtSignals, catchSignals } from './signals.ts'
import { writeStdout } from './stdout.ts'

/** A signal that the parent had blocked never comes: then the status has to tell. */
const RAISE_TIMEOUT_MS = 1000

const OWN_FAILURE: Ending = { kind: 'exited', status: OWN_FAILURE_STATUS }

const sink = stderrSink({ fd: 2 })

main(process.argv.slice(2)).then(leave, (error: unknown) => {
  complain(error, 'nothing was started')
  leave(OWN_FAILURE)
})

async function main(argv: readonly string[]): Promise<Ending> {
  const plan = parseArgs(argv)
  if (plan.kind === 'help') return print(formatHelp(isColourWanted()))
  if (plan.kind === 'version') return print(`${version}\n`)
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
    run(plan, signals, interruption.signal, hideProgress).then(resolve, reject)
  })
}

async function run(
  plan: CommandPlan,
  signals: CaughtSignals,
  interruption: AbortSignal,
  hideProgress: () => void,
): Promise<Ending> {
  const child = await start(plan, signals, interruption, hideProgress)
  if (child === undefined) return OWN_FAILURE
  // From now on no defect may end us before the command.
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => complain(error, 'the command goes on'))
  return child.ended
}

/**
 * Apart from {@link run}, so that nothing keeps the secrets in memory while the command runs.
 *
 * @returns undefined: the load failed, which has been said
 */
async function start(
  plan: CommandPlan,
  signals: CaughtSignals,
  interruption: AbortSignal,
  hideProgress: () => void,
): Promise<Child | undefined> {
  const loaded = await loadChildEnvironment(plan, lookAround(hideProgress), interruption).finally(
    hideProgress,
  )
  if (loaded === undefined) return undefined
  const { env, logger } = loaded
  if (isEnvironmentShown(process.env)) {
    logger.warn("NODE_DEBUG makes Node print the command's whole environment, secrets included: unset it")
  }
  // Decrypting held the event loop up: a signal that came meanwhile is seen now.
  await new Promise<void>(afterOneTurn)
  interruption.throwIfAborted()
  const child = await startChild(toCommand(plan, process.platform, env), env, logger.warn)
  signals.forwardTo(child.send, guessStanding())
  return child
}

/** @param hideProgress called before anything is said */
function lookAround(hideProgress: () => void): Surroundings {
  return {
    env: process.env,
    cwd: findWorkingDirectory,
    home: findHome(),
    platform: process.platform,
    clock: { now: Date.now, startedAtMs: performance.timeOrigin },
    sink: (line) => {
      hideProgress()
      sink(line)
    },
  }
}

/** Dies of what the command died of, where that is possible; else exits with a status that says the same. */
function leave(ending: Ending): void {
  if (ending.kind === 'killed' && mayRaise(ending.signal, process.pid)) {
    setTimeout(() => process.exit(exitStatus(ending)), RAISE_TIMEOUT_MS)
    raise(ending.signal)
  } else process.exit(exitStatus(ending))
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
