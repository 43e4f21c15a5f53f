/** What is done instead of starting a command. product: section 3, the flags that say "no command" */
import { compose } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { Problem } from '../config/kind.ts'
import { FILE } from '../config/kinds.ts'
import { describeOrigin } from '../config/origin.ts'
import { resolveConfig } from '../config/resolve.ts'
import { readMarker } from '../environment/marker.ts'
import { LockerError } from '../errors.ts'
import { createLogger, type Logger } from '../logger.ts'
import { reportOwnFailure } from '../own-failure.ts'
import { performAsync } from '../sync/perform.ts'
import { load } from '../vault/load.ts'
import type { OpenedSecrets } from '../vault/open.ts'
import type { TaskPlan } from './args.ts'
import { requireOwnFetch } from './deferred.ts'
import type { Ending } from './ending.ts'
import { explain, formatExplanation } from './explain.ts'
import { exportSecrets } from './export.ts'
import { sealProject } from './seal.ts'
import { afterOneTurn } from './signals.ts'
import { pickBase, readEarly, type Surroundings, toSources } from './sources.ts'
import { writeStdout } from './stdout.ts'

/** A task under way. */
interface Work {
  readonly plan: TaskPlan
  readonly config: Config
  readonly logger: Logger
  readonly surroundings: Surroundings
  readonly signal: AbortSignal
}

/**
 * Does it, or says on stderr why it can't be done. `onError` plays no part: there is no program to start.
 *
 * @param signal ends the load
 * @returns undefined: it could not be done, which has been said
 * @throws the signal's reason
 */
export async function performTask(
  plan: TaskPlan,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Ending | undefined> {
  const { sink } = surroundings
  let logger = createLogger(readEarly(plan, surroundings).logLevel, sink)
  try {
    const config = resolveConfig(toSources(plan, surroundings))
    logger = createLogger(config.logLevel, sink)
    checkPossible(config, surroundings)
    for (const warning of config.warnings) logger.warn(warning)
    await perform({ plan, config, logger, surroundings, signal })
    return { kind: 'exited', status: 0 }
  } catch (error) {
    signal.throwIfAborted()
    return void reportOwnFailure(error, CONSEQUENCES[plan.task.kind], logger)
  }
}

const CONSEQUENCES: Readonly<Record<TaskPlan['task']['kind'], string>> = {
  export: 'the secrets were not exported',
  explain: 'the explanation ends here',
  seal: 'nothing was sealed',
}

function checkPossible(
  { disable, origins, accessKey, credentialsHint }: Config,
  { env }: Surroundings,
): void {
  if (disable) {
    const origin = origins.get('disable')
    throw new LockerError(
      `${origin === undefined ? 'disable' : describeOrigin(origin)} is true, so nothing is loaded`,
    )
  }
  if (accessKey === undefined && readMarker(env) !== undefined) {
    throw new LockerError(
      `${credentialsHint}. If a locker-run above removed it, start that with --keep-credentials`,
    )
  }
}

async function perform(work: Work): Promise<void> {
  const { plan, config, logger, surroundings, signal } = work
  const { task } = plan
  if (task.kind === 'seal') {
    const file = FILE.parse(task.file, surroundings.cwd())
    if (file instanceof Problem) throw new LockerError(`--seal ${file.text}`)
    return sealProject(config, file, logger, signal)
  }
  const secrets = await performAsync(
    load(config, logger, surroundings.clock),
    logger,
    requireOwnFetch,
    signal,
  )
  // Decrypting held the event loop up: a signal that came meanwhile is seen now.
  await new Promise<void>(afterOneTurn)
  signal.throwIfAborted()
  surroundings.hideProgress()
  if (task.kind === 'explain') return printExplanation(work, secrets, task.isJson)
  return exportSecrets(task.format, config, secrets, { ...surroundings, warn: logger.warn })
}

/** What a start with the same options would come to. */
async function printExplanation(
  { plan, config, logger, surroundings }: Work,
  secrets: OpenedSecrets,
  isJson: boolean,
): Promise<void> {
  const base = pickBase(plan, surroundings)
  const lenient = { ...config, policy: { ...config.policy, required: [] } }
  const { report } = compose(lenient, secrets, base)
  for (const warning of secrets.warnings) logger.warn(warning)
  const text = isJson
    ? `${JSON.stringify(explain(config, report), null, 2)}\n`
    : formatExplanation(config, report)
  await writeStdout(text)
  // Fails where a start would, once there is a table to look it up in.
  compose(config, secrets, base)
}
