/** Every way in which Node and the programs around it start a process or a thread, and what is seen there. */

/** One line for a shell. */
export interface Case {
  /** With `FLAG` in it, or `OPTIONS`, which is NODE_OPTIONS with that flag. */
  readonly line: string
  /** Which processes and threads say what they see. */
  readonly places: readonly string[]
  /** Those that see no secret. */
  readonly without?: readonly string[]
  /** What the service is asked for: everything once, unless it says so. */
  readonly asks?: 'nothing' | 'once, then whether it is current'
}

const TELL = `"require('./places/tell.js').tell('text')"`
const THREADS = ['thread', 'thread with a preload', 'thread that shares its environment']
const PROCESSES = ['main', 'fork', 'fork without flags', 'program', 'cluster', 'cluster']
const TESTS = ['test a', 'test b']

const [nodeMajor = 0] = process.versions.node.split('.').map(Number)

/** Node's own. */
export const OF_NODE: readonly Case[] = [
  { line: 'node FLAG places/main.js', places: ['main'] },
  {
    line: 'node FLAG places/processes.js',
    places: [...PROCESSES, ...THREADS],
    without: ['thread with an environment of its own'],
  },
  { line: 'node FLAG --check places/main.js', places: [], asks: 'nothing' },
  { line: 'OPTIONS node --check places/main.js', places: [], asks: 'nothing' },
  { line: `node FLAG -e ${TELL}`, places: ['text'] },
  { line: `node FLAG -p ${TELL}`, places: ['text'] },
  { line: `echo ${TELL} | node FLAG`, places: ['text'] },
  { line: `echo ${TELL} | node FLAG -i`, places: ['text'] },
  // Each start of the program asks, and so has what changed meanwhile.
  {
    line: 'node places/watched.mjs FLAG',
    places: ['watched', 'watched'],
    asks: 'once, then whether it is current',
  },
  ...(nodeMajor >= 24
    ? [{ line: 'node FLAG --test --test-isolation=none places/node/*.js', places: TESTS }]
    : []),
  { line: 'node FLAG places/hooked.mjs', places: ['hooks', 'main'] },
]

/**
 * Of which one will do, and where the two flags differ: a program's module hooks come before `--import`, and Node's
 * test runner leaves that to its children.
 */
export const OF_ONE_FLAG: readonly Case[] = [
  { line: 'node -r lockerpm/register --test places/node/*.js', places: TESTS },
  {
    line: 'node --import lockerpm/register --test --test-concurrency=1 places/node/*.js',
    places: TESTS,
    asks: 'once, then whether it is current',
  },
  {
    line: 'node -r lockerpm/register --experimental-loader ./places/hooks.mjs places/main.js',
    places: ['hooks', 'main'],
  },
  {
    line: 'node --import lockerpm/register --experimental-loader ./places/hooks.mjs places/main.js',
    places: ['main'],
    without: ['hooks'],
  },
  {
    line: 'locker-run -- node -r lockerpm/register places/processes.js',
    places: [...PROCESSES, ...THREADS],
    without: ['thread with an environment of its own'],
  },
  {
    line: 'NODE_OPTIONS="-r lockerpm/register" jest --maxWorkers 2 --workerThreads places/jest',
    places: TESTS,
  },
  { line: 'NODE_OPTIONS="-r lockerpm/register" jest --runInBand places/jest', places: TESTS },
]

/** Of other programs. */
export const OF_RUNNERS: readonly Case[] = [
  { line: 'OPTIONS npm start --silent', places: ['main'] },
  { line: 'OPTIONS npx --no -- tsx places/main.js', places: ['main'] },
  { line: 'tsx FLAG typed.ts', places: ['typed'] },
  { line: 'node FLAG --import tsx typed.ts', places: ['typed'] },
  { line: 'node --import tsx FLAG typed.ts', places: ['typed'] },
  { line: 'OPTIONS vitest run --pool threads --dir places/vitest', places: TESTS },
  { line: 'OPTIONS vitest run --pool forks --dir places/vitest', places: TESTS },
  { line: 'OPTIONS jest --maxWorkers 2 places/jest', places: TESTS },
]

/** @param flag the preload, as Node's command line and NODE_OPTIONS have it */
export function withFlag(rows: readonly Case[], flag: string): Case[] {
  return rows.map((row) => ({
    ...row,
    line: row.line.replace('FLAG', flag).replace('OPTIONS', `NODE_OPTIONS="${flag}"`),
  }))
}
