/** The wrappers whose behaviour is compared, and how each is told where its variables are. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAtLeast } from './nodes.mjs'
import { rivalPath } from './rivals.mjs'

/**
 * @typedef {object} Wrapper
 * @property {string} name
 * @property {(words: readonly string[], source: Source) => readonly string[]} wrap arguments of Node around a command
 * @property {(source: Source) => Readonly<Record<string, string>>} env beside the minimal one
 * @property {string | undefined} unfit why it can't run on this Node
 *
 * @typedef {'usual' | 'large' | 'missing'} Source where the variables are: all is well; one is too long for any
 *   process; they can't be had
 */

/** What each injects: a harmless one, and one that a shell would expand. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: nobody is to expand it
export const VARIABLES = { APP_COLOUR: 'blue-violet-7', APP_PASSWORD: 'pa$$word-$HOME-${HOME}' }

/** One byte more than Linux takes, with its name and the equals sign. */
export const LARGE_VARIABLES = { ...VARIABLES, APP_LARGE: 'x'.repeat(131_072) }

/**
 * @param {string} folder for their files
 * @param {string} locker the package under test
 * @param {import('./nodes.mjs').NodeBinary} node
 * @param {{ usual: Readonly<Record<string, string>>, large: Readonly<Record<string, string>> }} serverEnvs what
 *   clients of the two running services need
 * @returns {Wrapper[]} ours first
 */
export function listWrappers(folder, locker, node, serverEnvs) {
  const files = {
    usual: writeDotenv(join(folder, 'usual.env'), VARIABLES),
    large: writeDotenv(join(folder, 'large.env'), LARGE_VARIABLES),
    missing: join(folder, 'missing.env'),
  }
  const rival = (name, command, flags, least) => ({
    name,
    wrap: (words, source) => [rivalPath(...command), ...flags(files[source]), '--', ...words],
    env: () => ({ VARLOCK_TELEMETRY_DISABLED: 'true' }),
    unfit: least && !isAtLeast(node, least) ? `needs Node ${least}` : undefined,
  })
  return [
    {
      name: 'locker-run',
      wrap: (words) => [join(locker, 'dist/locker-run.cjs'), '--', ...words],
      env: (source) => lockerEnv(folder, source, serverEnvs),
      unfit: undefined,
    },
    rival('dotenv-cli', ['dotenv-cli', 'dotenv'], (file) => ['-e', file]),
    rival('env-cmd', ['env-cmd', 'env-cmd'], (file) => ['-f', file]),
    rival('dotenvx', ['@dotenvx/dotenvx', 'dotenvx'], (file) => ['run', '-f', file]),
    rival('varlock', ['varlock', 'varlock'], (file) => ['run', '--path', file], '22.3'),
  ]
}

function lockerEnv(folder, source, { usual, large }) {
  // The discard port: nobody listens there.
  if (source === 'missing') return { ...usual, LOCKER_API_BASE: 'http://127.0.0.1:9', LOCKER_CACHE: 'false' }
  const server = source === 'large' ? large : usual
  return { ...server, LOCKER_CACHE: join(folder, 'cache'), LOCKER_REST_TIME: '9999' }
}

function writeDotenv(file, variables) {
  const lines = Object.entries(variables).map(([key, value]) => `${key}='${value}'\n`)
  writeFileSync(file, lines.join(''))
  return file
}
