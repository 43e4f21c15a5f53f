/** One run of a wrapper around a command: started, watched, signalled, and what came of it. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} Setting where a wrapper runs
 * @property {import('./wrappers.mjs').Wrapper} wrapper
 * @property {import('./nodes.mjs').NodeBinary} node
 * @property {Readonly<Record<string, string>>} env the minimal one
 * @property {string} folder its own; also the working directory
 * @property {string} apps the folder of the programs
 */

/** Whoever takes longer hangs. */
const LIMIT_MS = 15_000
const AS_INIT = ['unshare', '--pid', '--fork', '--kill-child', '--']

/**
 * @param {Setting} setting
 * @param {readonly string[]} words the command
 * @param {{ input?: string, env?: object, source?: import('./wrappers.mjs').Source, asInit?: boolean }} [options]
 *   asInit: as PID 1 of a namespace
 */
export async function runToEnd(
  setting,
  words,
  { input = '', env = {}, source = 'usual', asInit = false } = {},
) {
  const child = start(setting, words, { env, source, asInit, stdio: 'pipe' })
  const texts = ['', '']
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream.setEncoding('latin1').on('data', (chunk) => {
      texts[index] += chunk
    })
  }
  child.stdin.on('error', () => {})
  child.stdin.end(Buffer.from(input, 'latin1'))
  const startedMs = performance.now()
  const ending = await endOf(child)
  const tookMs = performance.now() - startedMs
  await sleep(20)
  return { ending, tookMs, stdout: texts[0], stderr: texts[1] }
}

/**
 * Starts the program that writes down its signals, and waits until it runs.
 *
 * @param {Setting} setting
 * @param {readonly string[]} [more] arguments of the program
 */
export async function startWatched(setting, more = []) {
  const log = join(mkdtempSync(join(setting.folder, 'watched-')), 'log')
  const child = start(setting, ['node', join(setting.apps, 'signals.cjs'), log, ...more], { stdio: 'ignore' })
  const ended = endOf(child)
  await until(() => signalsIn(log).length > 0 || child.exitCode !== null, 5000)
  if (!existsSync(log)) throw new Error('the program did not start')
  const [, pidText] = /^ready (\d+)/.exec(readFileSync(log, 'utf8')) ?? []
  return {
    kill: (signal) => child.kill(signal),
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    isProgramRunning: () => isAlive(Number(pidText)),
    /** Names of what reached it, in order. */
    signals: () => signalsIn(log).slice(1),
    receivedAtMs: () => Number(readFileSync(log, 'utf8').split('\n')[1]?.split(' ')[1]),
    clear: () => killQuietly(Number(pidText)),
  }
}

/**
 * @param {Setting} setting
 * @param {'ctrl-c' | 'ctrl-z'} key typed once the program runs in the foreground of a pseudo-terminal
 */
export async function runOnTerminal(setting, key) {
  const log = join(mkdtempSync(join(setting.folder, 'terminal-')), 'log')
  const { wrapper, node, apps, folder, env } = setting
  const command = [node.path, ...wrapper.wrap(['node', join(apps, 'signals.cjs'), log], 'usual')]
  const args = [join(apps, 'terminal.py'), key, log, ...command]
  const options = {
    cwd: folder,
    env: { ...env, ...wrapper.env('usual'), TERM: 'xterm' },
    timeout: LIMIT_MS * 2,
  }
  const text = await new Promise((resolve, reject) => {
    execFile('python3', args, options, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())))
  })
  return {
    text,
    signals: signalsIn(log).slice(1),
    isTerminal: readFileSync(log, 'utf8').includes('on a terminal'),
  }
}

/** @returns {Promise<boolean>} whether it came true in time */
export async function until(isTrue, limitMs) {
  const endMs = performance.now() + limitMs
  while (!isTrue()) {
    if (performance.now() > endMs) return false
    await sleep(10)
  }
  return true
}

function start(setting, words, { env: more = {}, source = 'usual', asInit = false, stdio }) {
  const { wrapper, node, env, folder } = setting
  const command = [node.path, ...wrapper.wrap(words, source)]
  const [file, ...args] = asInit ? [...AS_INIT, ...command] : command
  return spawn(file, args, { cwd: folder, env: { ...env, ...wrapper.env(source), ...more }, stdio })
}

/** @returns {Promise<string>} `exit 7`, the name of a signal, or `hangs` */
function endOf(child) {
  return new Promise((resolve, reject) => {
    let hangs = false
    const limit = setTimeout(() => {
      hangs = true
      child.kill('SIGKILL')
    }, LIMIT_MS)
    child.once('error', reject)
    // Not 'close': what a grandchild still holds is not the wrapper's.
    child.once('exit', (status, signal) => {
      clearTimeout(limit)
      resolve(hangs ? 'hangs' : (signal ?? `exit ${status}`))
    })
  })
}

function signalsIn(log) {
  if (!existsSync(log)) return []
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => line.split(' ')[0])
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function killQuietly(pid) {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}
