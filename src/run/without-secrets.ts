/** What `locker-run` does without a load: a bundle of its own, which a command's start need not read. */
import { stderrSink } from '../logger.ts'
import { version } from '../version.ts'
import type { SecretlessPlan } from './args.ts'
import { performCompile } from './compile-starts.ts'
import { formatCompletion } from './completion.ts'
import type { Ending } from './ending.ts'
import { formatHelp } from './help.ts'
import { writeStdout } from './stdout.ts'

/**
 * @param signal ends it
 * @returns how it ended; undefined: it could not be done, which has been said
 * @throws the signal's reason
 */
export async function performWithoutSecrets(
  plan: SecretlessPlan,
  signal: AbortSignal,
): Promise<Ending | undefined> {
  switch (plan.kind) {
    case 'help':
      return print(formatHelp(isColourWanted()))
    case 'version':
      return print(`${version}\n`)
    case 'completion':
      return print(formatCompletion(plan.shell))
    case 'compile':
      return performCompile(stderrSink({ fd: 2 }), signal)
  }
}

function isColourWanted(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

/** A reader that went away has seen what it wanted. */
async function print(text: string): Promise<Ending> {
  await writeStdout(text)
  return { kind: 'exited', status: 0 }
}
