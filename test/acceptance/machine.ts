/** A user's machine: a home, an empty folder with the package installed, and a shell. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, inject, onTestFinished } from 'vitest'
import { findLeaks, findLeakyFiles, readCredentials, SEED } from './canaries.ts'

/** How a command ended, and what it printed. */
export interface Outcome {
  /** Undefined: a signal ended it. */
  readonly status: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs. */
export interface Running {
  readonly pid: number
  /** Gives it a signal. */
  kill(signal: NodeJS.Signals): void
  /** @returns all of stdout so far, once it holds `text` */
  printed(text: string): Promise<string>
  readonly ended: Promise<Outcome>
}

type Env = Readonly<Record<string, string | undefined>>

const PROGRAMS = join(import.meta.dirname, 'programs')
/** Where `locker-dev` keeps its keys: how these tests know which credentials must not show. */
const UNKNOWN_UID = 54_321
const DATA_FILE = 'dev-server.data'

/** Everything on it goes when the test ends, unless it gave something away: then the test fails. */
export class Machine {
  /** Where the user works. `seed.json` and the programs of these tests are there. */
  readonly folder: string
  readonly home: string
  /** What every command gets, and all that it gets of this. */
  readonly env: Readonly<Record<string, string>>
  #uid: number | undefined
  readonly #root = mkdtempSync(join(tmpdir(), 'lockerpm-acceptance-'))
  /** Halves of access keys that were made up here. */
  readonly #madeUp: string[] = []

  /** @param node the binary that `node` is here; default: the one that runs the tests */
  constructor(node = process.execPath) {
    this.folder = join(this.#root, 'app')
    this.home = join(this.#root, 'home')
    const temporary = join(this.#root, 'tmp')
    for (const folder of [this.home, temporary]) mkdirSync(folder)
    cpSync(inject('installed'), this.folder, { recursive: true, verbatimSymlinks: true })
    cpSync(PROGRAMS, this.folder, { recursive: true })
    this.write('seed.json', SEED)
    const bins = join(this.folder, 'node_modules', '.bin')
    this.env = {
      PATH: `${bins}:${dirname(node)}:${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: this.home,
      TMPDIR: temporary,
    }
    onTestFinished(() => {
      const leaks = [this.home, temporary].flatMap((folder) => findLeakyFiles(folder, this.credentials))
      rmSync(this.#root, { recursive: true, force: true })
      expect(leaks).toEqual([])
    })
  }

  /** Both halves of every access key that is around, and all keys that come of them. */
  get credentials(): readonly string[] {
    const file = join(this.folder, DATA_FILE)
    return existsSync(file) ? [...this.#madeUp, ...readCredentials(file)] : this.#madeUp
  }

  /** Marks a text of the test's own as one that must not show. */
  hide(credential: string): string {
    this.#madeUp.push(credential)
    return credential
  }

  /**
   * From now on commands are not root's, if they were: of a user that nobody knows, who may write to where the
   * user works and nowhere else.
   */
  dropRoot(): void {
    if (process.getuid?.() !== 0) return
    this.#uid = UNKNOWN_UID
    chmodSync(this.#root, 0o755)
    chmodSync(this.folder, 0o777)
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text)
  }

  /** @returns the lines of a file; none when there is no file */
  read(path: string): string[] {
    const file = join(this.folder, path)
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  }

  /** Whether `app.js` or `app.mjs` has run here. */
  get isStarted(): boolean {
    return existsSync(join(this.folder, 'started'))
  }

  /** @param line for the shell; fails the test when stderr gives something away */
  run(line: string, env: Env = {}): Promise<Outcome> {
    return this.start(line, env).ended
  }

  /** The same without waiting; killed when the test ends. */
  start(line: string, env: Env = {}): Running {
    // `exec`: the process is the command itself, not a shell that waits for it.
    const child = execa('sh', ['-c', `exec ${line}`], {
      cwd: this.folder,
      env: { ...this.env, ...env },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
      ...(this.#uid !== undefined && { uid: this.#uid }),
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = child.then(({ exitCode, signal, stdout, stderr }) => {
      expect(findLeaks(stderr, this.credentials)).toEqual([])
      return { status: exitCode, signal, stdout, stderr }
    })
    return {
      pid: child.pid ?? 0,
      kill: (signal) => void child.kill(signal),
      printed: (text) => waitFor(child.stdout, text),
      ended,
    }
  }

  /**
   * Runs a line against a `locker-dev` of its own, as `locker-dev -- line`.
   *
   * @returns its outcome, and the paths that the server was asked for
   */
  async runWithServer(line: string, env: Env = {}): Promise<Outcome & { readonly requests: string[] }> {
    const outcome = await this.run(
      `locker-dev --seed seed.json --data ${DATA_FILE} --log requests.log -- ${line}`,
      env,
    )
    return { ...outcome, requests: this.requests() }
  }

  /** Starts a server, as `locker-dev --seed seed.json` with further flags, and reads what it exports. */
  async serve(flags = ''): Promise<Server> {
    const running = this.start(`locker-dev --seed seed.json --data ${DATA_FILE} --log requests.log ${flags}`)
    const lines = await running.printed('LOCKER_SECRET_ACCESS_KEY=')
    const exports = [...lines.matchAll(/^export (\w+)='(.*)'$/gm)]
    return {
      env: Object.fromEntries(exports.map(([, name = '', value = '']) => [name, value])),
      stop: async () => {
        running.kill('SIGTERM')
        await running.ended
      },
    }
  }

  /** The paths that the servers of this machine were asked for so far, without their queries. */
  requests(): string[] {
    return this.read('requests.log').map((line) => line.replace(/^\w+ ([^ ?]*).*$/, '$1'))
  }
}

/** A `locker-dev` in the background. */
export interface Server {
  /** What it prints as `export` lines. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

function waitFor(stream: NodeJS.ReadableStream, text: string): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk) => {
      printed += String(chunk)
      if (printed.includes(text)) resolve(printed)
    })
    stream.on('end', () => reject(new Error(`it ended without printing ${text}`)))
  })
}
