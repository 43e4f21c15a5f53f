/** One child whose output goes through us, so that no secret shows in it. product: section 3, `--mask` */
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { type Child, type Command, type Env, follow, reportUnstarted, spawn } from './child.ts'
import { closeChildEnds, openPipes } from './child-pipes.ts'
import { drain } from './drain.ts'
import type { Ending } from './ending.ts'
import { onEndingSignal } from './ending-signals.ts'
import { type MaskedOutput, maskOutputs } from './masked-output.ts'

/**
 * As `startChild` starts one.
 *
 * @param patterns what must not show in its output; at least one
 */
export async function startMaskedChild(
  command: Command,
  env: Env,
  warn: (message: string) => void,
  patterns: readonly Buffer[],
): Promise<Child> {
  try {
    const [spawned, sources] = spawnPiped(command, env)
    const child = await follow(spawned, warn)
    const outputs = maskOutputs(sources, patterns, warn)
    return { ...child, ended: child.ended.then((ending) => finish(ending, outputs, warn)) }
  } catch (error) {
    return reportUnstarted(error, command, env, warn)
  }
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
