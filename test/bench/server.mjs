/** The service, in a process of its own: locker-dev of the package under test. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} ServerSpec
 * @property {number} secrets how many the project holds in all
 * @property {number} [started] how many of them are of the environment `production`, default 50
 * @property {boolean} [https] default false
 * @property {number} [latencyMs] before each answer, default 0
 *
 * @typedef {object} Server
 * @property {Readonly<Record<string, string>>} env what a client needs
 * @property {number} latencyMs
 * @property {() => number} countRequests so far
 * @property {() => Promise<void>} stop
 */

/** What a start injects. The rest of a large project belongs to other environments. */
export const START_SECRETS = 50

/** @returns {{ key: string, value: string }[]} the 50 variables, the same for everybody */
export function startSecrets() {
  return Array.from({ length: START_SECRETS }, (_, index) => secretNumber(index + 1))
}

/**
 * @param {string} locker the folder of the package under test
 * @param {string} folder for the seed and the log
 * @param {ServerSpec} spec
 * @returns {Promise<Server>}
 */
export function startServer(locker, folder, { secrets, started = START_SECRETS, ...options }) {
  const name = `${secrets}-${options.https ? 'https' : 'http'}-${options.latencyMs ?? 0}`
  return startServerWith(locker, folder, {
    ...options,
    name,
    secrets: seedRows(secrets, started),
  })
}

/**
 * @param {string} locker the folder of the package under test
 * @param {string} folder for the seed and the log
 * @param {{ name: string, secrets: readonly object[], https?: boolean, latencyMs?: number }} spec secrets as in a seed
 * @returns {Promise<Server>}
 */
export async function startServerWith(locker, folder, { name, secrets, https = false, latencyMs = 0 }) {
  const [seed, log] = [join(folder, `seed-${name}.json`), join(folder, `requests-${name}.log`)]
  writeFileSync(seed, JSON.stringify({ secrets }))
  writeFileSync(log, '')
  const args = ['--seed', seed, '--log', log, ...(https ? ['--https'] : [])]
  if (latencyMs > 0) args.push('--fault', `latency=${latencyMs}`)
  const child = spawn(process.execPath, [join(locker, 'dist/locker-dev.cjs'), ...args], {
    env: { PATH: '/usr/bin:/bin', HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    env: await readVariables(child, ended, https ? 'LOCKER_CA_FILE' : 'LOCKER_SECRET_ACCESS_KEY'),
    latencyMs,
    countRequests: () => readFileSync(log, 'utf8').split('\n').length - 1,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The lines are printed at once, when the server is listening. */
async function readVariables(child, ended, last) {
  const end = new RegExp(`^export ${last}='.*'\n`, 'm')
  let text = ''
  await Promise.race([
    new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
        if (end.test(text)) resolve(undefined)
      })
    }),
    ended.then((status) => {
      throw new Error(`locker-dev ended with ${status}`)
    }),
  ])
  const lines = text.matchAll(/^export (\w+)='(.*)'$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]))
}

function seedRows(secrets, started) {
  return Array.from({ length: secrets }, (_, index) => {
    return { ...secretNumber(index + 1), environment: index < started ? 'production' : `other-${index % 20}` }
  })
}

/** @returns {{ key: string, value: string }} a value is 32 characters that no parser takes for anything else */
export function secretNumber(number) {
  const key = `APP_SETTING_${String(number).padStart(2, '0')}`
  return { key, value: createHash('sha256').update(key).digest('hex').slice(0, 32) }
}
