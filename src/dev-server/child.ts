/** The command behind `--`: what it gets, which signals reach it, how it ended. product: section 5 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { describeFailure } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { DevServer } from './options.ts'

/** How the command ended. */
export interface Ending {
  /** Its own status; 128+n after signal n; 126 and 127 when it never ran. */
  readonly status: number
  /** One line, when it never ran. */
  readonly problem?: string
}

type Env = Readonly<Record<string, string | undefined>>

/** Every spelling of a credential that would win over ours, or contradict it. */
const CREDENTIALS = [
  'LOCKER_ACCESS_KEY_ID',
  'LOCKER_SECRET_ACCESS_KEY',
  'LOCKER_ACCESS_KEY_SECRET',
  'LOCKER_ACCESS_KEY_ID_FILE',
  'LOCKER_SECRET_ACCESS_KEY_FILE',
  'LOCKER_ACCESS_KEY_SECRET_FILE',
]

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const
/** What a terminal sends to its whole foreground group: the command has got it already. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT']

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
 * Runs the command with our own stdin, stdout and stderr, until it ends.
 *
 * @param env its whole environment
 */
export function runCommand(command: string, args: readonly string[], env: Env): Promise<Ending> {
  return new Promise((resolve) => {
    // Before the command starts: until then a signal would end us and leave it behind.
    const listeners = FORWARDED.map((signal) => [signal, () => forward(signal, child)] as const)
    for (const [signal, listener] of listeners) process.on(signal, listener)
    const end = (ending: Ending) => {
      for (const [signal, listener] of listeners) process.off(signal, listener)
      resolve(ending)
    }
    const child = start(command, args, env)
    if (child instanceof Error) return end(describeFailedStart(command, child))
    child.once('error', (error) => end(describeFailedStart(command, error)))
    child.once('exit', (code, signal) => end({ status: code ?? signalStatus(signal) }))
  })
}

/** Proxies aren't for this machine. `*` must stay alone to be understood. */
function noProxy(env: Env, hostname: string): Env {
  const hosts = hostname.startsWith('[') ? [hostname.slice(1, -1), hostname] : [hostname]
  const add = (list: string) =>
    list.trim() === '*' ? list : [list, ...hosts].filter((each) => each !== '').join(',')
  const { NO_PROXY: upper, no_proxy: lower } = env
  return { NO_PROXY: add(upper || lower || ''), no_proxy: add(lower || upper || '') }
}

/** Node tells some failures by an event and throws others. */
function start(command: string, args: readonly string[], env: Env): ChildProcess | Error {
  try {
    return spawn(command, args, { stdio: 'inherit', env: { ...env } })
  } catch (error) {
    return error instanceof Error ? error : new Error('no command could be started')
  }
}

function forward(signal: NodeJS.Signals, child: ChildProcess | Error): void {
  if (child instanceof Error || (FROM_TERMINAL.includes(signal) && isForeground())) return
  child.kill(signal)
}

/** Whether our process group is the one that the terminal speaks to. */
function isForeground(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    const [, , group, , terminal, foregroundGroup] = fields
    return terminal !== '0' && group === foregroundGroup
  } catch {
    return [0, 1, 2].some((descriptor) => isatty(descriptor))
  }
}

function signalStatus(signal: NodeJS.Signals | null): number {
  return signal === null ? 1 : 128 + constants.signals[signal]
}

function describeFailedStart(command: string, error: Error): Ending {
  const failure = describeFailure(error)
  if (failure === 'ENOENT') return { status: 127, problem: `${oneLine(command)}: command not found` }
  return { status: 126, problem: `${oneLine(command)}: can't be run (${failure})` }
}
