/** THE table of races: cases that run side by side, round by round, so that their figures can be compared. */
import {
  DOTENV_PRELOAD,
  FLOORS,
  lockerRun,
  MASKING,
  NODE_APP,
  NODE_WAITING,
  PLAIN,
  preload,
  rivalWrappers,
  STATES,
  uncompiled,
} from './cases.mjs'
import { GET_CASE, listCase, OPEN_CASE } from './sdk-cases.mjs'

/**
 * @typedef {object} Race
 * @property {string} id
 * @property {string} title
 * @property {'time' | 'resident' | 'requests' | 'figures'} kind what a run is asked for
 * @property {Readonly<Record<string, import('./server.mjs').ServerSpec>>} servers
 * @property {readonly import('./cases.mjs').Case[]} cases
 * @property {number} [share] of the rounds asked for, default 1: less for what takes long and is compared with nothing, more
 *   for what most targets are of
 */

const SMALL = { secrets: 50 }
const EXEC = { flags: ['--exec'], leastNode: '22.15' }
const TRUE = ['/bin/true']

/** @type {readonly Race[]} */
export const RACES = [
  {
    id: 'preload-http',
    title: 'Preload, loopback http',
    kind: 'time',
    servers: { http: SMALL },
    share: 3,
    cases: [
      PLAIN,
      DOTENV_PRELOAD,
      ...preloads(['-r', '--import']),
      uncompiled(preload('--import', 'cold')),
      ...FLOORS,
    ],
  },
  {
    id: 'preload-https',
    title: 'Preload, loopback https',
    kind: 'time',
    share: 2,
    servers: { http: { ...SMALL, https: true } },
    cases: [PLAIN, ...preloads(['-r', '--import'], ['revalidating', 'cold']), ...FLOORS.slice(1)],
  },
  {
    id: 'preload-http-20',
    title: 'Preload, http, each answer 20 ms late',
    kind: 'time',
    servers: { http: { ...SMALL, latencyMs: 20 } },
    cases: [PLAIN, ...preloads(['-r', '--import'], ['revalidating', 'cold'])],
  },
  {
    id: 'preload-https-20',
    title: 'Preload, https, each answer 20 ms late',
    kind: 'time',
    servers: { http: { ...SMALL, https: true, latencyMs: 20 } },
    cases: [PLAIN, ...preloads(['-r', '--import'], ['revalidating', 'cold'])],
  },
  {
    id: 'large',
    title: 'Preload, warm, 50 secrets of this environment, in projects of',
    kind: 'time',
    servers: { small: SMALL, large: { secrets: 10_000 } },
    cases: [
      { ...preload('-r', 'warm', 'small'), id: 'of-50', title: '50 secrets' },
      { ...preload('-r', 'warm', 'large'), id: 'of-10000', title: '10,000 secrets' },
    ],
  },
  {
    id: 'run-node',
    title: 'A wrapper around `node app.js`',
    kind: 'time',
    // Two targets are near their limits.
    share: 5,
    servers: { http: SMALL },
    cases: [
      PLAIN,
      ...rivalWrappers(NODE_APP),
      ...STATES.map((state) => lockerRun(state, NODE_APP)),
      ...['warm', 'cold'].map((state) => uncompiled(lockerRun(state, NODE_APP))),
      lockerRun('warm', NODE_APP, EXEC),
      lockerRun('cold', NODE_APP, EXEC),
    ],
  },
  {
    id: 'run-true',
    title: 'A wrapper around `true`',
    kind: 'time',
    servers: { http: SMALL },
    cases: [
      ...rivalWrappers(TRUE),
      lockerRun('warm', TRUE),
      lockerRun('cold', TRUE),
      lockerRun('warm', TRUE, EXEC),
    ],
  },
  {
    id: 'waiting',
    title: 'Resident memory of a wrapper that waits for `node app.js`',
    kind: 'resident',
    servers: { http: SMALL },
    cases: [
      { ...PLAIN, title: 'idle plain node', args: () => NODE_WAITING.slice(1) },
      ...rivalWrappers(NODE_WAITING),
      lockerRun('warm', NODE_WAITING),
      lockerRun('cold', NODE_WAITING),
    ],
  },
  {
    id: 'mask',
    title: 'A wrapper around a command that writes 100 MB, 1,000 secrets',
    kind: 'time',
    servers: { http: { secrets: 1000, started: 1000 } },
    share: 0.1,
    cases: MASKING,
  },
  {
    id: 'requests',
    title: 'Requests of a start, each answer 1.2 s late',
    kind: 'requests',
    servers: { http: { ...SMALL, latencyMs: 1200 } },
    share: 0.1,
    cases: preloads(['-r']),
  },
  {
    id: 'sdk',
    title: 'The SDK',
    kind: 'figures',
    servers: { 1000: { secrets: 1000 }, 10000: { secrets: 10_000 }, 106000: { secrets: 106_000 } },
    share: 0.1,
    cases: [GET_CASE, listCase(1000), listCase(10_000), listCase(106_000)],
  },
  {
    id: 'open',
    title: 'Opening 106,000 secrets',
    kind: 'figures',
    servers: {},
    share: 0.2,
    cases: [OPEN_CASE],
  },
]

function preloads(flags, states = STATES) {
  return flags.flatMap((flag) => states.map((state) => preload(flag, state)))
}
