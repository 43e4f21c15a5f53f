/** The command behind `--`: what it gets, and its run from its start to its end. product: section 5 */
import { type Command, type Env, startChild } from '../run/child.ts'
import type { Ending } from '../run/ending.ts'
import { guessStanding, readStanding } from '../run/foreground.ts'
import { catchSignals } from '../run/signals.ts'
import type { DevServer } from './options.ts'

/** Every spelling of a credential that would win over ours, or contradict it. */
const CREDENTIALS = [
  'LOCKER_ACCESS_KEY_ID',
  'LOCKER_SECRET_ACCESS_KEY',
  'LOCKER_ACCESS_KEY_SECRET',
  'LOCKER_ACCESS_KEY_ID_FILE',
  'LOCKER_SECRET_ACCESS_KEY_FILE',
  'LOCKER_ACCESS_KEY_SECRET_FILE',
]

/**
 * @param server whose
 * @returns what a client needs, in the order in which it's printed
 */
export function serverVariables(server: DevServer): Readonly<Record<string, string>> {
  return {
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    ...(server.caFile !== undefined && { LOCKER_CA_FILE: server.caFile }),
  }
}

/**
 * @param env the environment of locker-dev
 * @param platform on Windows, names are compared without case
 * @returns the command's environment
 */
export function childEnvironment(env: Env, server: DevServer, platform: NodeJS.Platform): Env {
  const ours = serverVariables(server)
  const dropped = new Set([...CREDENTIALS, ...Object.keys(ours)])
  const kept = Object.entries(env).filter(
    ([name]) => !dropped.has(platform === 'win32' ? name.toUpperCase() : name),
  )
  return { ...Object.fromEntries(kept), ...noProxy(env, new URL(server.apiBase).hostname), ...ours }
}

/**
 * Runs the command with our own stdin, stdout and stderr. Signals are the command's, as in locker-run.
 *
 * @param env its whole environment
 * @param warn says one line, such as why it could not be started
 * @returns how it ended
 */
export async function runCommand(
  command: Command,
  env: Env,
  warn: (message: string) => void,
): Promise<Ending> {
  // No signal comes before there is a child: the event loop doesn't turn until then.
  const signals = catchSignals(process, readStanding, () => {})
  const child = await startChild(command, env, warn)
  signals.forwardTo(child.send, guessStanding())
  return child.ended
}

/** Proxies aren't for this machine. `*` must stay alone to be understood. */
function noProxy(env: Env, hostname: string): Env {
  const hosts = hostname.startsWith('[') ? [hostname.slice(1, -1), hostname] : [hostname]
  const add = (list: string) =>
    list.trim() === '*' ? list : [list, ...hosts].filter((each) => each !== '').join(',')
  const { NO_PROXY: upper, no_proxy: lower } = env
  return { NO_PROXY: add(upper || lower || ''), no_proxy: add(lower || upper || '') }
}
