/** What is started: command lines, environments, and what has to be done before each run. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rivalPath } from './rivals.mjs'
import { secretNumber } from './server.mjs'

/**
 * @typedef {object} Place where a case runs
 * @property {import('./nodes.mjs').NodeBinary} node
 * @property {Readonly<Record<string, string>>} env the minimal one
 * @property {string} app the working directory: the applications, the dotenv file, node_modules
 * @property {string} locker the package under test
 * @property {string} cache a folder of this race's own
 * @property {Readonly<Record<string, import('./server.mjs').Server>>} servers the race's
 *
 * @typedef {object} Case
 * @property {string} id
 * @property {string} title
 * @property {(place: Place) => readonly string[]} args of Node
 * @property {(place: Place) => Readonly<Record<string, string>>} [env] beside the minimal one
 * @property {(place: Place) => void} [before] each run, not timed
 * @property {string} [leastNode] such as `22.15`
 * @property {true} [isRival] may fail on a Node, and may talk
 */

/** The dotenv file with the same variables, in the working directory under a name that nobody reads by itself. */
export const DOTENV_FILE = 'variables.env'

/** How a load goes. Cold: no cache. Revalidating: a cache, and the default rest time of 0. Warm: within rest time. */
export const STATES = ['warm', 'revalidating', 'cold']

const APP = 'first-line.cjs'
const LARGE_BYTES = 100_000_000
const APP_WITH_SECRETS = [APP, 'secrets']

/** @type {Case} */
export const PLAIN = { id: 'plain', title: '`node app.js`', args: () => [APP] }

/** @type {Case} quiet: it would else print a line, and pay for it */
export const DOTENV_PRELOAD = {
  id: 'dotenv',
  title: '`node -r dotenv/config app.js`',
  args: () => ['-r', 'dotenv/config', ...APP_WITH_SECRETS],
  env: () => ({ DOTENV_CONFIG_PATH: DOTENV_FILE, DOTENV_CONFIG_QUIET: 'true' }),
}

/**
 * @type {Case[]} what is left of a start without what it is for. No target for a cold start can be set below its floor; a
 * warm one comes below the first while it repeats an earlier start, since it loads no node:crypto then
 */
export const FLOORS = [
  floor('-r', 'floor-warm.cjs', 'node:crypto, one file, one AES-256-GCM pass'),
  floor('-r', 'floor-require.cjs', 'synckit, undici and the requests alone'),
  floor('--import', 'floor-import.mjs', "Node's sockets and the requests alone"),
]

function floor(flag, file, what) {
  return {
    id: file.replace(/\.\w+$/, ''),
    title: `floor, \`${flag}\`: ${what}`,
    args: () => [flag, `./${file}`, ...APP_WITH_SECRETS],
    env: ({ servers }) => servers.http.env,
  }
}

/**
 * @param {'-r' | '--import'} flag
 * @param {string} state one of {@link STATES}
 * @param {string} [server] of the race
 * @returns {Case}
 */
export function preload(flag, state, server = 'http') {
  const id = `${flag === '-r' ? 'require' : 'import'}-${state}`
  return {
    id,
    title: `\`node ${flag} lockerpm/register app.js\`, ${state}`,
    args: () => [flag, 'lockerpm/register', ...APP_WITH_SECRETS],
    ...loading(id, state, server),
  }
}

/**
 * @param {string} state one of {@link STATES}
 * @param {readonly string[]} command
 * @param {object} [options]
 * @param {readonly string[]} [options.flags]
 * @param {string} [options.server] of the race
 * @param {string} [options.leastNode]
 * @returns {Case}
 */
export function lockerRun(state, command, { flags = [], server = 'http', leastNode } = {}) {
  const words = [...flags, '--', ...command]
  const id = ['locker-run', state, ...flags].join('-').replaceAll('---', '-')
  return {
    id,
    title: `\`locker-run ${shown(words)}\`, ${state}`,
    args: ({ locker }) => [join(locker, 'dist/locker-run.cjs'), ...words],
    ...(leastNode && { leastNode }),
    ...loading(id, state, server),
  }
}

/** @param {readonly string[]} command @returns {Case[]} */
export function rivalWrappers(command) {
  const telemetryOff = () => ({ VARLOCK_TELEMETRY_DISABLED: 'true' })
  return [
    rival('dotenv-cli', 'dotenv-cli', 'dotenv', ['-e', DOTENV_FILE, '--'], command),
    rival('env-cmd', 'env-cmd', 'env-cmd', ['-f', DOTENV_FILE, '--'], command),
    rival('dotenvx', '@dotenvx/dotenvx', 'dotenvx', ['run', '--quiet', '-f', DOTENV_FILE, '--'], command),
    {
      ...rival('varlock', 'varlock', 'varlock', ['run', '--path', DOTENV_FILE, '--'], command),
      env: telemetryOff,
      leastNode: '22.3',
    },
  ]
}

/**
 * The same by what a package can do that has run on this Node only for moments: see src/compile-cache.ts.
 *
 * @param {Case} each
 * @returns {Case}
 */
export function uncompiled(each) {
  return {
    ...each,
    id: `${each.id}-uncompiled`,
    title: `${each.title}, not compiled yet`,
    env: (place) => ({ ...each.env?.(place), NODE_DISABLE_COMPILE_CACHE: '1' }),
  }
}

/** A child that writes 100 MB, as it is and masked. */
export const MASKING = [[], ['--mask']].map((flags) => {
  const loaded = lockerRun('warm', ['cat', 'large.txt'], { flags })
  return { ...loaded, before: ({ app }) => writeLargeText(join(app, 'large.txt')) }
})

/** What `-- node app.js` is, and the same without a check: for wrappers that must run on. */
export const NODE_APP = ['node', ...APP_WITH_SECRETS]
export const NODE_WAITING = ['node', 'waiting.cjs']

function rival(id, name, command, flags, words) {
  return {
    id,
    title: `\`${id} ${shown([...flags, ...words])}\``,
    args: () => [rivalPath(name, command), ...flags, ...words],
    isRival: true,
  }
}

/** Lines as logs have them; one in a hundred shows a secret. */
function writeLargeText(file) {
  if (existsSync(file)) return
  const lines = Array.from({ length: 1000 }, (_, index) => {
    return `line ${index}: ${index % 100 === 0 ? secretNumber(index + 1).value : 'nothing to see '.repeat(6)}\n`
  })
  const text = lines.join('')
  writeFileSync(file, text.repeat(Math.ceil(LARGE_BYTES / text.length)))
}

/** Each case has a cache of its own. */
function loading(id, state, server) {
  const folder = ({ cache }) => join(cache, id)
  return {
    env: (place) => ({
      ...place.servers[server].env,
      LOCKER_ENVIRONMENT: 'production',
      LOCKER_CACHE: folder(place),
      ...(state === 'warm' && { LOCKER_REST_TIME: '999999' }),
    }),
    ...(state === 'cold' && { before: (place) => rmSync(folder(place), { recursive: true, force: true }) }),
  }
}

/** As a reader would write it. */
function shown(words) {
  return words
    .filter((word) => word !== 'secrets')
    .map((word) => (word === APP ? 'app.js' : word === DOTENV_FILE ? '.env' : word))
    .join(' ')
}
