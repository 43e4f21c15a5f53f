/** A command that is started again when its secrets have changed. product: section 3, `--watch` */
import { wait } from '../http/deadline.ts'
import type { Changes } from './changes.ts'
import type { Child } from './child.ts'
import type { ChildEnvironment } from './child-environment.ts'
import type { Ending } from './ending.ts'
import { onEndingSignal } from './ending-signals.ts'
import type { WatchPlan } from './watch-plan.ts'

/** What a watch works with. */
export interface WatchTools extends WatchPlan {
  readonly changes: Changes
  /** Starts the command anew. */
  start(loaded: ChildEnvironment): Promise<Child>
  /** Says one line on stderr. */
  warn(message: string): void
}

/**
 * However often something changes within an interval, or while the command is being ended, it is started again once.
 *
 * @param first what runs already
 * @returns how the command ended when it wasn't we who ended it. Once somebody has asked it to end, it is
 *   never started again
 */
export async function watch(first: Child, tools: WatchTools): Promise<Ending> {
  const asked = new AbortController()
  const forget = onEndingSignal(process, () => asked.abort())
  let child = first
  for (;;) {
    const next = await awaitNext(child, tools, asked.signal)
    if (next === undefined) break
    child = next
  }
  return child.ended.finally(forget)
}

/** @returns undefined: there is none, because the child has ended or somebody has asked it to */
async function awaitNext(child: Child, tools: WatchTools, asked: AbortSignal): Promise<Child | undefined> {
  const over = new AbortController()
  void child.ended.then(() => over.abort())
  try {
    for (;;) {
      await wait(tools.intervalMs, over.signal)
      const loaded = await tools.changes.next(over.signal)
      if (asked.aborted) return undefined
      if (loaded !== undefined) return await replace(child, loaded, tools, over.signal, asked)
    }
  } catch (error) {
    if (over.signal.aborted) return undefined
    throw error
  }
}

async function replace(
  child: Child,
  loaded: ChildEnvironment,
  { killAfterMs, start, warn }: WatchTools,
  ended: AbortSignal,
  asked: AbortSignal,
): Promise<Child | undefined> {
  if (ended.aborted) return undefined
  loaded.logger.debug`the secrets have changed: the command is started again`
  child.send('SIGTERM')
  const isLate = await wait(killAfterMs, ended).then(
    () => true,
    () => false,
  )
  if (isLate) {
    warn(
      `the command did not end within ${killAfterMs / 1000} s of TERM, so that it could be started again: it is killed`,
    )
    child.send('SIGKILL')
  }
  await child.ended
  return asked.aborted ? undefined : start(loaded)
}
