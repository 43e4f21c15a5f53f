/** Runs the built `locker-run` as a user would, in a session of its own, so that no terminal of ours takes part. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** The command under test. */
export const LOCKER_RUN = fileURLToPath(new URL('../../dist/locker-run.cjs', import.meta.url))
/** `lockerpm/register`, for `-r`. */
export const REGISTER = fileURLToPath(new URL('../../register/index.cjs', import.meta.url))
/** A program that names the signals it gets. */
export const LISTENER = fixture('listener.cjs')
/** A preload that signals its process at a given moment. */
export const KILL_AT = fixture('kill-at.cjs')

/** What a process gets beside PATH and HOME, or instead of them. */
export type Variables = Readonly<Record<string, string | undefined>>

export interface Result {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under way. */
export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  readonly ended: Promise<Result>
  /** @returns what matched in stdout, as soon as it does; rejects when the process ends before */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

/** Nothing to load: for whatever is about the command alone. */
export const DISABLED: Variables = { LOCKER_DISABLE: 'true' }

/** @returns a new empty folder, gone after the test */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'locker-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A copy of the package that tells whether more was loaded than a repeated start needs. */
export interface TellingCopy {
  readonly lockerRun: string
  /** A file: `whole` and a newline for each start that went the whole way. */
  readonly log: string
  remove(): void
}

export function createTellingCopy(): TellingCopy {
  const copy = mkdtempSync(join(tmpdir(), 'lockerpm-copy-'))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true })
  const [log, whole] = [join(copy, 'whole.log'), join(copy, 'dist/run-whole.cjs')]
  const tell = `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'whole\\n');`
  writeFileSync(whole, tell + readFileSync(whole, 'utf8'))
  writeFileSync(log, '')
  const remove = () => rmSync(copy, { recursive: true, force: true })
  return { lockerRun: join(copy, 'dist/locker-run.cjs'), log, remove }
}

/** Starts `locker-run` with nothing in its environment but PATH, HOME and these. */
export function startRun(args: readonly string[], env: Variables = DISABLED, cwd = createFolder()): Running {
  return start(process.execPath, [LOCKER_RUN, ...args], env, cwd)
}

/** The same, to its end. */
export function runToEnd(args: readonly string[], env?: Variables, cwd?: string): Promise<Result> {
  return startRun(args, env, cwd).ended
}

/** @returns any program under way, with whatever it started gone after the test */
export function start(file: string, args: readonly string[], env: Variables, cwd = createFolder()): Running {
  const variables = { PATH: process.env['PATH'], HOME: cwd, ...env }
  const child = spawn(file, args, { env: variables, cwd, detached: true })
  const pid = child.pid ?? 0
  onTestFinished(() => killGroup(pid))
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
    })
  }
  const ended = new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve({ status, signal, ...output }))
  })
  return { pid, child, ended, until: (pattern) => waitFor(child, pattern, () => output, ended) }
}

/** @returns whether there is such a process, zombies included */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function waitFor(
  child: ReturnType<typeof spawn>,
  pattern: RegExp,
  read: () => Pick<Result, 'stdout' | 'stderr'>,
  ended: Promise<Result>,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(read().stdout)
      if (match !== null) resolve(match)
    }
    child.stdout?.on('data', look)
    look()
    ended.then((result) => reject(new Error(`${pattern} never came: ${JSON.stringify(result)}`)), reject)
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
}
