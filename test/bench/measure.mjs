/**
 * One run of one process: how long, when its first line came, how much memory.
 *
 * Time is the kernel's monotonic clock (`process.hrtime`), the same for parent and child: whole process is from
 * just before the spawn until the exit is known here; the first line is the application's own reading of that
 * clock, which it writes to stdout. stdout is a file, so that nothing has to be read while the child runs.
 *
 * Memory is read from `/proc/PID/status` while the process lives, in runs of their own: VmHWM, its peak, and
 * VmRSS, what is resident now. Not from getrusage: its maxrss begins at the size of whoever forked the child.
 */
import { spawn } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} Command
 * @property {string} file
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} env the whole environment
 * @property {string} cwd
 *
 * @typedef {object} Run
 * @property {number} wholeMs
 * @property {string} stdout
 * @property {string} stderr
 * @property {number | undefined} firstLineMs undefined: the application wrote no such line
 */

/** A run that takes longer hangs. */
const LIMIT_MS = 300_000
/** How often memory is read; what grows between the last reading and the end is missed. */
const POLL_MS = 1
/** What the applications of the bench write. */
const FIRST_LINE = /^first line (\d+) ns$/m

/** The two files that a run's output goes to. One at a time. */
export class Output {
  #stdout
  #stderr

  /** @param {string} folder */
  constructor(folder) {
    this.#stdout = openSync(join(folder, 'stdout'), 'a+')
    this.#stderr = openSync(join(folder, 'stderr'), 'a+')
  }

  /** For spawn, emptied. @returns {['ignore', number, number]} */
  stdio() {
    for (const descriptor of [this.#stdout, this.#stderr]) ftruncateSync(descriptor, 0)
    return ['ignore', this.#stdout, this.#stderr]
  }

  /** What has come so far. */
  read() {
    return { stdout: readAll(this.#stdout), stderr: readAll(this.#stderr) }
  }

  close() {
    for (const descriptor of [this.#stdout, this.#stderr]) closeSync(descriptor)
  }
}

/**
 * @param {Command} command
 * @param {Output} output
 * @returns {Promise<Run>}
 * @throws {Error} when it fails or hangs, with what it said
 */
export async function runTimed(command, output) {
  const { wholeMs, startedNs } = await run(command, output, () => {})
  const { stdout, stderr } = output.read()
  return { wholeMs, stdout, stderr, firstLineMs: readFirstLine(stdout, startedNs) }
}

/**
 * @param {Command} command
 * @param {Output} output
 * @returns {Promise<number | undefined>} the peak in KiB; undefined where there is no /proc
 */
export async function runForPeak(command, output) {
  let peakKb
  await run(command, output, async (pid, isOver) => {
    while (!isOver()) {
      peakKb = readMemoryKb(pid, 'VmHWM') ?? peakKb
      await sleep(POLL_MS)
    }
  })
  return peakKb
}

/**
 * Starts a command that waits, and reads what it occupies once it has been idle.
 *
 * @param {Command} command
 * @param {Output} output
 * @param {number} idleMs from the application's first line to the reading
 * @returns {Promise<number | undefined>} KiB resident; undefined where there is no /proc
 */
export async function runForResident(command, output, idleMs) {
  let residentKb
  await run(command, output, async (pid, isOver) => {
    while (!isOver() && !FIRST_LINE.test(output.read().stdout)) await sleep(10)
    if (isOver()) return
    await sleep(idleMs)
    residentKb = readMemoryKb(pid, 'VmRSS')
    // A wrapper killed alone might leave its command behind, and varlock gives it a group of its own.
    const below = listDescendants(pid)
    process.kill(-pid, 'SIGKILL')
    for (const descendant of below) killIfThere(descendant)
    return 'SIGKILL'
  })
  return residentKb
}

/**
 * @param {Command} command
 * @param {Output} output
 * @param {(pid: number, isOver: () => boolean) => Promise<string | void> | void} watch what happens beside it;
 *   gives the signal that it was ended by
 */
async function run({ file, args, env, cwd }, output, watch) {
  const stdio = output.stdio()
  const startedNs = process.hrtime.bigint()
  const child = spawn(file, args, { cwd, env, stdio, detached: true })
  let endedNs = 0n
  const ending = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status, signal) => {
      endedNs = process.hrtime.bigint()
      resolve(signal ?? status)
    })
  })
  const limit = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), LIMIT_MS)
  try {
    const watching = watch(child.pid, () => endedNs !== 0n)
    const ended = await ending
    if (ended !== ((await watching) ?? 0)) throw new Error(describe(ended, output.read()))
  } finally {
    clearTimeout(limit)
  }
  return { startedNs, wholeMs: toMs(endedNs - startedNs) }
}

/** In its own words where it has any. */
function describe(ended, { stdout, stderr }) {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => /\w/.test(line))
  const line = lines.find((each) => /error|locker/i.test(each)) ?? lines[0] ?? 'and said nothing'
  return `ended with ${ended}: ${line.trim().slice(0, 200)}`
}

function readFirstLine(stdout, startedNs) {
  const [, clockNs] = FIRST_LINE.exec(stdout) ?? []
  return clockNs === undefined ? undefined : toMs(BigInt(clockNs) - startedNs)
}

/** @returns {number} to the hundredth */
function toMs(ns) {
  return Math.round(Number(ns) / 10_000) / 100
}

function readMemoryKb(pid, field) {
  try {
    const [, kb] =
      new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kb === undefined ? undefined : Number(kb)
  } catch {
    return undefined
  }
}

function readAll(descriptor) {
  const buffer = Buffer.alloc(65_536)
  return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, 0))
}

/** @returns the processes that a process has started, and those that these have; none where there is no `/proc` */
function listDescendants(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
      .split(' ')
      .filter(Boolean)
      .map(Number)
    return children.flatMap((child) => [child, ...listDescendants(child)])
  } catch {
    return []
  }
}

function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with its group.
  }
}
