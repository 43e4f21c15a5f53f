/** Everything that `locker-run` does, for a start that repeats no earlier one: see `main.ts`. product: section 3 */
import { stderrSink } from '../logger.ts'
import type { Circumstances } from '../replay/circumstances.ts'
import { findHome, findWorkingDirectory } from '../surroundings.ts'
import { startClock } from '../vault/freshness.ts'
import { parseArgs, type RunPlan } from './args.ts'
import { type CommandLine, isExecLine } from './command-line.ts'
import { requireWithoutSecrets } from './deferred.ts'
import type { Ending } from './ending.ts'
import { showProgress } from './progress.ts'
import { runCommand } from './run-command.ts'
import type { RunTools } from './run-tools.ts'
import type { Surroundings } from './sources.ts'
import { performTask } from './task.ts'

/** A start that another one may repeat, if it turns out to be as simple as it looks. */
export interface Repeatable {
  readonly line: CommandLine
  /** @returns undefined: such a start is never recorded */
  describe(): Circumstances | undefined
}

/**
 * @param argv what follows the program's own name
 * @param repeatable undefined: no record is to be made
 * @returns how it ended; undefined: it could not be done, which has been said
 * @throws LockerError when the command line makes no sense, or this Node can't do it; the interruption's reason
 */
export async function runWhole(
  argv: readonly string[],
  tools: RunTools,
  repeatable: Repeatable | undefined,
): Promise<Ending | undefined> {
  const plan = parseArgs(argv)
  if (plan.kind !== 'task' && plan.kind !== 'command') {
    return requireWithoutSecrets().performWithoutSecrets(plan, tools.interruption.signal)
  }
  const hideProgress = showProgress(process.env['TERM'])
  tools.interruption.signal.addEventListener('abort', hideProgress)
  const isSimple = repeatable !== undefined && isPlain(plan, repeatable.line)
  const surroundings = lookAround(hideProgress, isSimple ? repeatable.describe : () => undefined)
  return plan.kind === 'task'
    ? performTask(plan, surroundings, tools.interruption.signal)
    : runCommand(plan, { ...tools, surroundings })
}

/** Whether it is a command and nothing else, and the one that the entry took it for. */
function isPlain(plan: RunPlan, line: CommandLine): boolean {
  if (plan.kind !== 'command' || !plan.inheritEnv || plan.shellLine !== undefined) return false
  if (plan.isMasked || plan.watch !== undefined || plan.isExec !== isExecLine(line)) return false
  const { words } = line
  return plan.words.length === words.length && plan.words.every((word, index) => word === words[index])
}

/** @param hideProgress called before anything is said */
function lookAround(
  hideProgress: () => void,
  describeCircumstances: () => Circumstances | undefined,
): Surroundings {
  const sink = stderrSink({ fd: 2 })
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
    describeCircumstances,
  }
}
