/** THE table of targets: what the figures are held to. */
import { median, ratioOfMedians } from './statistics.mjs'

/**
 * @typedef {object} Target
 * @property {string} title
 * @property {string} race
 * @property {readonly [string, string]} of case and figure
 * @property {readonly [string, string]} [over] case and figure; without it, the figure itself
 * @property {number} [atMost]
 * @property {number} [atLeast]
 *
 * @typedef {object} Verdict
 * @property {number} value
 * @property {number} low
 * @property {number} high
 * @property {boolean} isMet by the worse end of the interval
 */

const COLD = 'require-cold'

/** @type {readonly Target[]} */
export const TARGETS = [
  {
    title: 'warm preload, whole process, over `-r dotenv/config` of the same 50 variables',
    race: 'preload-http',
    of: ['require-warm', 'wholeMs'],
    over: ['dotenv', 'wholeMs'],
    atMost: 1.08,
  },
  {
    title:
      'warm preload of a project of 10,000 secrets, 50 of them for this environment, over the same of 50',
    race: 'large',
    of: ['of-10000', 'wholeMs'],
    over: ['of-50', 'wholeMs'],
    atMost: 1.1,
  },
  {
    title: 'cold `-r`, loopback http, whole process, over plain node',
    race: 'preload-http',
    of: [COLD, 'wholeMs'],
    over: ['plain', 'wholeMs'],
    atMost: 4,
  },
  {
    title: 'cold `-r`, loopback https, whole process, over plain node',
    race: 'preload-https',
    of: [COLD, 'wholeMs'],
    over: ['plain', 'wholeMs'],
    atMost: 4.8,
  },
  {
    title:
      'cold `-r`, http: time to first line over whole process (nothing keeps a finished process waiting)',
    race: 'preload-http',
    of: [COLD, 'firstLineMs'],
    over: [COLD, 'wholeMs'],
    atLeast: 0.9,
  },
  {
    title: 'cold `-r`, https: time to first line over whole process',
    race: 'preload-https',
    of: [COLD, 'firstLineMs'],
    over: [COLD, 'wholeMs'],
    atLeast: 0.9,
  },
  {
    title: 'revalidating `-r` over cold `-r`, http',
    race: 'preload-http',
    of: ['require-revalidating', 'wholeMs'],
    over: [COLD, 'wholeMs'],
    atMost: 0.95,
  },
  {
    title: 'cold `--import`, http, over plain node (it may await: no worker)',
    race: 'preload-http',
    of: ['import-cold', 'wholeMs'],
    over: ['plain', 'wholeMs'],
    atMost: 2.6,
  },
  {
    title: '`locker-run` warm over `dotenv-cli`, both `-- node app.js`',
    race: 'run-node',
    of: ['locker-run-warm', 'wholeMs'],
    over: ['dotenv-cli', 'wholeMs'],
    atMost: 0.8,
  },
  {
    title: '`locker-run` cold, http, over `dotenv-cli`, both `-- node app.js`',
    race: 'run-node',
    of: ['locker-run-cold', 'wholeMs'],
    over: ['dotenv-cli', 'wholeMs'],
    atMost: 1.15,
  },
  {
    title: 'a waiting `locker-run` after a cold start, resident memory over idle plain node',
    race: 'waiting',
    of: ['locker-run-cold', 'residentKb'],
    over: ['plain', 'residentKb'],
    atMost: 1.3,
  },
  {
    title:
      'opening 106,000 secrets, time per field over one `createHmac` and one `createDecipheriv` with KeyObjects',
    race: 'open',
    of: ['open', 'nsPerField'],
    over: ['open', 'nodeNsPerField'],
    atMost: 0.45,
  },
  {
    title: 'requests of a cold start of a small project',
    race: 'requests',
    of: [COLD, 'requests'],
    atMost: 2,
  },
  {
    title: 'round trips of these (1: side by side)',
    race: 'requests',
    of: [COLD, 'roundTrips'],
    atMost: 1,
  },
]

/**
 * @param {Target} target
 * @param {Readonly<Record<string, import('./race.mjs').RaceResult>>} races of one Node, by id
 * @returns {Verdict | undefined} undefined: not measured
 */
export function judge({ race, of, over, atMost = Infinity, atLeast = -Infinity }, races) {
  const figures = races[race]?.cases
  const numbers = figures?.[of[0]]?.[of[1]]
  if (numbers === undefined || numbers.length === 0) return undefined
  if (over === undefined)
    return verdict({ value: median(numbers), low: Math.min(...numbers), high: Math.max(...numbers) })
  const base = figures[over[0]]?.[over[1]]
  return base && verdict(ratioOfMedians(numbers, base))

  function verdict(estimate) {
    return { ...estimate, isMet: estimate.high <= atMost && estimate.low >= atLeast }
  }
}
