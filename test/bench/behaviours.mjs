/** THE table of behaviours: what a wrapper is put through, and what a plain child's parent would have seen. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runOnTerminal, runToEnd, startWatched, until } from './wrapped.mjs'
import { VARIABLES } from './wrappers.mjs'

/**
 * @typedef {object} Behaviour
 * @property {string} title
 * @property {readonly string[]} right what is right; the first is what the table says
 * @property {(setting: import('./wrapped.mjs').Setting) => Promise<string>} observe
 */

/** Longer than this, and somebody waited for something. */
const PROMPT_MS = 500
const WORDS = ['a b', '$HOME', '*', '"quoted"', '', 'back\\slash', "it's"]

/** @type {readonly Behaviour[]} */
export const BEHAVIOURS = [
  exits('child exits with 7', ['node', '-e', 'process.exit(7)'], ['exit 7']),
  exits('child exits with 255', ['node', '-e', 'process.exit(255)'], ['exit 255']),
  exits('child dies of SIGTERM', dying('SIGTERM'), ['SIGTERM']),
  exits('child dies of SIGINT', dying('SIGINT'), ['SIGINT']),
  exits('child dies of SIGKILL', dying('SIGKILL'), ['SIGKILL']),
  exits('child dies of SIGSEGV (128+n: no second core)', dying('SIGSEGV'), ['exit 139', 'SIGSEGV']),
  exits('no such command', ['no-such-command'], ['exit 127']),
  exits('command is not executable', ['./plain.txt'], ['exit 126']),
  exits('command is a directory', ['/usr'], ['exit 126']),
  {
    title: 'a value too long for any process (128 KiB)',
    right: ['exit 126, names it'],
    observe: async (setting) => {
      const { ending, stderr } = await runToEnd(setting, ['/bin/true'], { source: 'large' })
      return `${ending}${stderr.includes('APP_LARGE') ? ', names it' : ''}`
    },
  },
  {
    title: 'child dies of SIGTERM, the wrapper is PID 1 (which signals can not kill)',
    right: ['exit 143'],
    observe: async (setting) => {
      const { ending, stderr } = await runToEnd(setting, dying('SIGTERM'), { asInit: true })
      return stderr.startsWith('unshare:') ? 'not permitted here' : ending
    },
  },
  {
    title: 'child leaves a process behind that holds the output open',
    right: ['exit 3 at once'],
    observe: async (setting) => {
      const { ending, tookMs } = await runToEnd(setting, ['/bin/sh', '-c', 'sleep 6 & exit 3'])
      return `${ending} ${tookMs < 5000 ? 'at once' : 'when that has ended'}`
    },
  },
  forwards('SIGTERM'),
  forwards('SIGHUP'),
  forwards('SIGINT', 'SIGINT, no terminal'),
  {
    title: 'SIGUSR1, SIGUSR2, SIGWINCH to the wrapper',
    right: ['reach the child'],
    observe: async (setting) => {
      const watched = await startWatched(setting)
      for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGWINCH']) {
        watched.kill(signal)
        await sleep(100)
      }
      const received = watched.signals()
      const isRunning = watched.isRunning()
      watched.kill('SIGKILL')
      watched.clear()
      if (received.length === 3) return 'reach the child'
      return `${isRunning ? '' : 'ends the wrapper; '}${received.join(', ') || 'none'} of them reach the child`
    },
  },
  {
    title: 'child ignores SIGTERM',
    right: ['waited for'],
    observe: async (setting) => {
      const watched = await startWatched(setting, ['stubborn'])
      watched.kill('SIGTERM')
      await until(() => !watched.isRunning(), 2000)
      const [isRunning, isProgramRunning] = [watched.isRunning(), watched.isProgramRunning()]
      watched.clear()
      watched.kill('SIGKILL')
      if (isRunning && isProgramRunning) return 'waited for'
      return isProgramRunning ? 'left running' : 'killed'
    },
  },
  {
    title: 'Ctrl-C on a terminal',
    right: ['once, exit 9'],
    observe: async (setting) => {
      const { text, signals } = await runOnTerminal(setting, 'ctrl-c')
      const times = ['never', 'once', 'twice'][signals.length] ?? `${signals.length} times`
      return `${times}, ${text}`
    },
  },
  {
    title: 'Ctrl-Z and `fg`',
    right: ['stops, continues'],
    observe: async (setting) => (await runOnTerminal(setting, 'ctrl-z')).text.replace(/,$/, ''),
  },
  {
    title: 'child sees the terminal',
    right: ['yes'],
    observe: async (setting) => ((await runOnTerminal(setting, 'ctrl-c')).isTerminal ? 'yes' : 'no'),
  },
  {
    title: 'bytes from stdin to stdout, a secret among them',
    right: ['untouched'],
    observe: async (setting) => {
      const bytes = String.fromCharCode(...Array(256).keys())
      const input = `${bytes}${VARIABLES.APP_COLOUR}\n${bytes}`
      const { stdout } = await runToEnd(setting, ['cat'], { input })
      return stdout === input ? 'untouched' : 'changed'
    },
  },
  {
    title: 'says nothing itself when all is well',
    right: ['silent'],
    observe: async (setting) => {
      const { stdout, stderr } = await runToEnd(setting, ['true'])
      return `${stdout}${stderr}`.trim() === '' ? 'silent' : 'talks'
    },
  },
  {
    title: 'arguments with spaces, quotes, `$`, `*`, empty ones',
    right: ['as given'],
    observe: async (setting) => {
      const { stdout } = await runToEnd(setting, [
        'node',
        '-p',
        'JSON.stringify(process.argv.slice(1))',
        ...WORDS,
      ])
      return stdout.trim() === JSON.stringify(WORDS) ? 'as given' : 'changed'
    },
  },
  {
    title: '`$` in a value',
    right: ['as it is'],
    observe: async (setting) => {
      const { stdout } = await runToEnd(setting, ['node', '-p', 'JSON.stringify(process.env.APP_PASSWORD)'])
      return stdout.trim() === JSON.stringify(VARIABLES.APP_PASSWORD) ? 'as it is' : 'changed'
    },
  },
  {
    title: 'a variable that is already set',
    right: ['kept'],
    observe: async (setting) => {
      const env = { APP_COLOUR: 'green' }
      const { stdout } = await runToEnd(setting, ['node', '-p', 'process.env.APP_COLOUR === "green"'], {
        env,
      })
      return stdout.trim() === 'true' ? 'kept' : 'replaced'
    },
  },
  {
    title: 'the variables are not to be had',
    right: ['not started, exit 125'],
    observe: async (setting) => {
      const { ending, stdout } = await runToEnd(setting, ['echo', 'started'], { source: 'missing' })
      return `${stdout.includes('started') ? 'started' : 'not started'}, ${ending}`
    },
  },
]

/** @param {string} folder where the commands run */
export function writeFixtures(folder) {
  writeFileSync(join(folder, 'plain.txt'), 'no program\n')
  chmodSync(join(folder, 'plain.txt'), 0o644)
}

function exits(title, words, right) {
  return { title, right, observe: async (setting) => (await runToEnd(setting, words)).ending }
}

function dying(signal) {
  return ['node', '-e', `process.kill(process.pid, '${signal}'); setTimeout(() => {}, 5000)`]
}

/** The program ends with 9 when it is asked to: so must the wrapper. */
function forwards(signal, name = signal) {
  return {
    title: `${name} to the wrapper`,
    right: ['once, exit 9'],
    observe: async (setting) => {
      const watched = await startWatched(setting)
      const sentAtMs = Date.now()
      watched.kill(signal)
      const ending = await watched.ended
      await sleep(50)
      const [count, isLeft] = [watched.signals().length, watched.isProgramRunning()]
      const lateMs = watched.receivedAtMs() - sentAtMs
      watched.clear()
      const times = count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`
      const late = lateMs > PROMPT_MS ? ` after ${Math.round(lateMs / 1000)} s` : ''
      return `${times}${late}, ${ending}${isLeft ? ', child left running' : ''}`
    },
  }
}
