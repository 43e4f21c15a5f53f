/** A command from its load to its end: beside us, or in our place. product: section 3 */
import type { CommandPlan } from './args.ts'
import { type Changes, followChanges } from './changes.ts'
import { type Child, isEnvironmentShown, startChild } from './child.ts'
import { type ChildEnvironment, loadChildEnvironment, reloadChildEnvironment } from './child-environment.ts'
import { toCommand } from './command.ts'
import type { Ending } from './ending.ts'
import { prepareExec, requireExecve } from './exec.ts'
import { guessStanding } from './foreground.ts'
import { toPatterns } from './mask-values.ts'
import { afterOneTurn, type CaughtSignals } from './signals.ts'
import type { Surroundings } from './sources.ts'
import { watch } from './watch.ts'

/** What a command is run with. */
export interface RunTools {
  readonly surroundings: Surroundings
  readonly signals: CaughtSignals
  /** Ends everything up to the start. */
  readonly interruption: AbortSignal
  /** Called when there is a command that must not be left alone. */
  onStarted(): void
}

/**
 * @returns how it ended; undefined: the load failed, which has been said
 * @throws LockerError when `--exec` can't be done here; the interruption's reason
 */
export async function runCommand(plan: CommandPlan, tools: RunTools): Promise<Ending | undefined> {
  if (plan.isExec) requireExecve(process.platform)
  const started = await start(plan, tools)
  if (started === undefined || 'kind' in started) return started
  tools.onStarted()
  const { child, changes, warn } = started
  if (plan.watch === undefined || changes === undefined) return child.ended
  return watch(child, {
    ...plan.watch,
    changes,
    start: (loaded) => startBeside(plan, loaded, tools.signals),
    warn,
  })
}

/** A command that runs. */
interface Started {
  readonly child: Child
  /** Undefined: nothing can change. */
  readonly changes: Changes | undefined
  warn(message: string): void
}

/** Apart from {@link runCommand}, so that nothing keeps the secrets in memory while the command runs. */
async function start(plan: CommandPlan, tools: RunTools): Promise<Started | Ending | undefined> {
  const { surroundings, signals, interruption } = tools
  const { hideProgress } = surroundings
  const loaded = await loadChildEnvironment(plan, surroundings, interruption).finally(hideProgress)
  if (loaded === undefined) return undefined
  const { env, logger, service } = loaded
  const takeOver = plan.isExec
    ? prepareExec(toCommand(plan, process.platform, env), env, logger.warn)
    : undefined
  if (takeOver === undefined && isEnvironmentShown(process.env)) {
    logger.warn("NODE_DEBUG makes Node print the command's whole environment, secrets included: unset it")
  }
  // Decrypting held the event loop up: a signal that came meanwhile is seen now.
  await new Promise<void>(afterOneTurn)
  interruption.throwIfAborted()
  if (takeOver !== undefined) return { kind: 'exited', status: takeOver() }
  const reload = (signal: AbortSignal) => reloadChildEnvironment(plan, surroundings, logger, signal)
  return {
    child: await startBeside(plan, loaded, signals),
    changes: plan.watch && service && followChanges(service, loaded, reload),
    warn: logger.warn,
  }
}

async function startBeside(
  plan: CommandPlan,
  { env, logger, secretValues }: ChildEnvironment,
  signals: CaughtSignals,
): Promise<Child> {
  const patterns = plan.isMasked ? toPatterns(secretValues) : []
  const child = await startChild(toCommand(plan, process.platform, env), env, logger.warn, patterns)
  signals.forwardTo(child.send, guessStanding())
  return child
}
