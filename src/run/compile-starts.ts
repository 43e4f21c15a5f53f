/**
 * `--compile`: has this Node compile what starts run, so that the first start of an image or a script is as fast as the later
 * ones. Starts are made for real, against a service of our own. See `../compile-cache.ts`.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeFailure, LockerError } from '../errors.ts'
import { compileBundle, isKeepingOff } from '../kept-code.ts'
import { createLogger, type LineSink, LogLevel } from '../logger.ts'
import { reportOwnFailure } from '../own-failure.ts'
import { requireDevServer } from './deferred.ts'
import type { Ending } from './ending.ts'
import { writeStdout } from './stdout.ts'

/** Longer than a start takes to keep what it compiled. */
const PROGRAM = 'setTimeout(() => {}, 1500)'
/** What memory a program gets is a flag of V8's, whose code is of no use under other flags. */
const MEMORY_FLAG = /^--(max|min)[-_]\S+=\d+$/
/** What the starts run. */
const BUNDLES = ['fetch.cjs', 'fetch-natively.cjs', 'register.cjs', 'locker-main.cjs', 'run-whole.cjs']
const SECRETS = [{ key: 'COMPILED', value: 'yes' }]

/**
 * Does it, or says on stderr why it can't be done.
 *
 * @param signal ends it
 * @returns undefined: it could not be done, which has been said
 * @throws the signal's reason
 */
export async function performCompile(sink: LineSink, signal: AbortSignal): Promise<Ending | undefined> {
  try {
    await compileStarts(signal)
    await writeStdout(`compiled for Node ${process.version}, in ${__dirname}\n`)
    return { kind: 'exited', status: 0 }
  } catch (error) {
    signal.throwIfAborted()
    return void reportOwnFailure(error, 'nothing was compiled', createLogger(LogLevel.ERROR, sink))
  }
}

async function compileStarts(signal: AbortSignal): Promise<void> {
  if (isKeepingOff()) {
    throw new LockerError('NODE_DISABLE_COMPILE_CACHE is set, so no compiled code would be used: unset it')
  }
  checkWritable(__dirname)
  const folder = makeFolder()
  // Whoever interrupts us ends us before anything below is over.
  signal.addEventListener('abort', () => rmSync(folder, { recursive: true, force: true }))
  const server = await requireDevServer().startDevServer({ seeds: [{ secrets: SECRETS }] })
  try {
    const env = {
      PATH: process.env['PATH'] ?? '',
      LOCKER_API_BASE: server.apiBase,
      LOCKER_ACCESS_KEY_ID: server.accessKeyId,
      LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    }
    const register = pathToFileURL(join(__dirname, '../register/index.mjs')).href
    const doors = [
      ['-r', join(__dirname, 'required.cjs'), '-e', PROGRAM],
      ['--import', register, '-e', PROGRAM],
      [join(__dirname, 'locker-run.cjs'), '--', process.execPath, '-e', PROGRAM],
    ]
    const starts = doors.map((args, door) => {
      // Apart, so that each asks.
      const own = { ...env, LOCKER_CACHE: join(folder, String(door)) }
      return startOnce([...listMemoryFlags(), ...args], { cwd: folder, env: own, signal })
    })
    await Promise.all(starts)
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const missing = BUNDLES.find((name) => compileBundle(join(__dirname, name))?.code === undefined)
  if (missing !== undefined)
    throw new LockerError(`${missing} was not kept in ${__dirname}: its disk may be full`)
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'lockerpm-'))
  } catch (error) {
    throw new LockerError(`can't make a folder in ${tmpdir()} (${describeFailure(error)}): set TMPDIR`)
  }
}

function checkWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new LockerError(
      `can't write to ${folder} (${describeFailure(error)}): run it as the owner of this package`,
    )
  }
}

function listMemoryFlags(): string[] {
  const words = [...(process.env['NODE_OPTIONS'] ?? '').split(' '), ...process.execArgv]
  return words.filter((word) => MEMORY_FLAG.test(word))
}

function startOnce(
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (status) => {
      if (status === 0) resolve()
      else reject(new LockerError(`a start ended with status ${status}`))
    })
  })
}
