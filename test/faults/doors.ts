/** The four doors, as they are built, to be opened at a server that fails. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LOCKER_RUN, REGISTER, type Result, start } from '../run/built.ts'

/** Where a door finds what it is to load. */
export interface Target {
  readonly apiBase: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly environment?: string
  /** Milliseconds. */
  readonly timeoutMs: number
  readonly caFile?: string
}

/** Prints what the program sees of the secret A: nothing at all when it doesn't start. */
const PROGRAM = ['-p', 'process.env.A']

/** The doors that start a program. */
export const STARTERS = {
  '-r lockerpm/register': (target: Target) => run(['-r', REGISTER, ...PROGRAM], target),
  'locker-run': (target: Target) => run([LOCKER_RUN, '--', process.execPath, ...PROGRAM], target),
} as const

function run(args: readonly string[], target: Target): Promise<Result> {
  const { apiBase, accessKeyId, secretAccessKey, environment, timeoutMs, caFile } = target
  return start(process.execPath, args, {
    LOCKER_API_BASE: apiBase,
    LOCKER_ACCESS_KEY_ID: accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: secretAccessKey,
    LOCKER_ENVIRONMENT: environment,
    LOCKER_TIMEOUT_MS: String(timeoutMs),
    LOCKER_CA_FILE: caFile,
    LOCKER_CACHE: 'false',
  }).ended
}

/** What came of a call: what an error shows, or the environment's values. */
export interface Outcome {
  readonly values?: Readonly<Record<string, string>>
  readonly name?: string
  readonly code?: string
  /** Null: none. */
  readonly statusCode?: number | null
  readonly message?: string
  /** Null: none. */
  readonly retryAfterSeconds?: number | null
  readonly isOurs?: boolean
}

const SDK = fileURLToPath(new URL('../../dist/index.cjs', import.meta.url))
const PROCESS = fileURLToPath(new URL('../fixtures/sdk/environment-door.cjs', import.meta.url))

/** The SDK's two doors, in one process for all calls: what one call broke would show in the next. */
export class SdkProcess {
  readonly #child: ChildProcess
  #output = ''

  constructor() {
    this.#child = fork(PROCESS, [SDK], { env: {}, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#output += text
      })
    }
  }

  async read(target: Target, isBlocking: boolean): Promise<Outcome> {
    this.#child.send({ isBlocking, options: { ...target, cache: false, dotenv: false } })
    const [outcome] = await once(this.#child, 'message')
    return outcome
  }

  /** @returns the exit status, once the process has ended because nothing is left to do, and all that it printed */
  async end(): Promise<{ status: number | null; output: string }> {
    // Not its 'close', which never comes once the channel was closed from here.
    const exited = once(this.#child, 'exit')
    const { stdout, stderr } = this.#child
    const ends = [stdout, stderr].map((stream) => stream && once(stream, 'end'))
    this.#child.disconnect()
    const [status] = await exited
    await Promise.all(ends)
    return { status, output: this.#output }
  }

  /** For a process that doesn't end. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
