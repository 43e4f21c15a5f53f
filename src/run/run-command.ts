/** A command from its load to its end: beside us, or in our place. product: section 3 */
import type { CommandPlan } from './args.ts'
import { type Changes, followChanges } from './changes.ts'
import { type Child, prepareToSpawn, startChild } from './child.ts'
import { type ChildEnvironment, loadChildEnvironment, reloadChildEnvironment } from './child-environment.ts'
import { toCommand } from './command.ts'
import { requireExec } from './deferred.ts'
import type { Ending } from './ending.ts'
import { guessStanding } from './foreground.ts'
import { toPatterns } from './mask-values.ts'
import { startMaskedChild } from './masked-child.ts'
import type { RunTools } from './run-tools.ts'
import { warnOfShownEnvironment } from './shown-environment.ts'
import { afterOneTurn, type CaughtSignals } from './signals.ts'
import type { Surroundings } from './sources.ts'
import { watch } from './watch.ts'

/** What a command is run with. */
export interface CommandTools extends RunTools {
  readonly surroundings: Surroundings
}

/**
 * @returns how it ended; undefined: the load failed, which has been said
 * @throws LockerError when `--exec` can't be done here; the interruption's reason
 */
export async function runCommand(plan: CommandPlan, tools: CommandTools): Promise<Ending | undefined> {
  if (plan.isExec) requireExec().requireExecve(process.platform)
  const started = await start(plan, tools)
  if (started === undefined || 'kind' in started) return started
  tools.onStarted()
  const { child, kept, changes, warn } = started
  // A watch listens from the first turn on: somebody may ask it to end.
  if (plan.watch === undefined || changes === undefined) return kept.then(() => child.ended)
  const ended = watch(child, {
    ...plan.watch,
    changes,
    start: (loaded) => startBeside(plan, loaded, tools.signals),
    warn,
  })
  return ended.finally(() => kept)
}

/** A command that runs. */
interface Started {
  readonly child: Child
  /** Fulfilled when there is no more to be written down about this start. The command may have ended by then. */
  readonly kept: Promise<void>
  /** Undefined: nothing can change. */
  readonly changes: Changes | undefined
  warn(message: string): void
}

/** Apart from {@link runCommand}, so that nothing keeps the secrets in memory while the command runs. */
async function start(plan: CommandPlan, tools: CommandTools): Promise<Started | Ending | undefined> {
  const { surroundings, interruption } = tools
  const { hideProgress } = surroundings
  const loading = loadChildEnvironment(plan, surroundings, interruption.signal)
  // By then the service has been asked, if it has to be.
  if (!plan.isExec) afterOneTurn(prepareToSpawn)
  const loaded = await loading.finally(hideProgress)
  if (loaded === undefined) return undefined
  try {
    return await startLoaded(plan, loaded, tools)
  } catch (error) {
    loaded.keep()
    throw error
  }
}

async function startLoaded(
  plan: CommandPlan,
  loaded: ChildEnvironment,
  { surroundings, signals, interruption }: CommandTools,
): Promise<Started | Ending> {
  const { env, logger, service, keep } = loaded
  const takeOver = plan.isExec
    ? requireExec().prepareExec(toCommand(plan, process.platform, env), env, logger.warn)
    : undefined
  if (takeOver === undefined) warnOfShownEnvironment(process.env, logger.warn)
  // Decrypting held the event loop up: a signal that came meanwhile is seen now.
  await new Promise<void>(afterOneTurn)
  interruption.check()
  if (takeOver !== undefined) {
    keep()
    return { kind: 'exited', status: takeOver() }
  }
  const reload = (signal: AbortSignal) => reloadChildEnvironment(plan, surroundings, logger, signal)
  const child = await startBeside(plan, loaded, signals)
  return {
    child,
    kept: keepLater(keep),
    changes: plan.watch && service && followChanges(service, loaded, reload),
    warn: logger.warn,
  }
}

/** While the command starts, not before it. A defect is none of the command's business, so nothing is rejected. */
function keepLater(keep: () => void): Promise<void> {
  return new Promise((resolve) => {
    afterOneTurn(() => {
      resolve()
      keep()
    })
  })
}

async function startBeside(
  plan: CommandPlan,
  { env, logger, secretValues }: ChildEnvironment,
  signals: CaughtSignals,
): Promise<Child> {
  const patterns = plan.isMasked ? toPatterns(secretValues) : []
  const command = toCommand(plan, process.platform, env)
  const child =
    patterns.length === 0
      ? await startChild(command, env, logger.warn)
      : await startMaskedChild(command, env, logger.warn, patterns)
  signals.forwardTo(child.send, guessStanding())
  return child
}
