/** The end of a command whose output goes through us: it is over when its output is. product: section 3, `--mask` */
import type { MaskedOutput } from './masked-output.ts'

/** As long as GitHub's runner waits for a process that the command has left behind, with its output open. */
const PATIENCE_MS = 5000
const STEP_MS = 100

/**
 * Waits for as long as it takes our readers to read, and besides that not much longer than the command has run.
 *
 * @param outputs of a command that has ended
 * @returns whether that was all: false when somebody else still has the other end of a pipe
 */
export async function drain(outputs: readonly MaskedOutput[]): Promise<boolean> {
  const allDone = Promise.all(outputs.map(({ done }) => done)).then(() => true)
  let waitedMs = 0
  while (!(await Promise.race([allDone, pause()]))) {
    if (outputs.every((output) => !output.isWriting())) waitedMs += STEP_MS
    if (waitedMs < PATIENCE_MS) continue
    for (const output of outputs) output.stop()
    await allDone
    return false
  }
  return true
}

function pause(): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, STEP_MS, false)
  })
}
