/**
 * Every command of the README, as it stands there, in a folder where only the package is installed.
 *
 * A command is a line of an `sh` block, or code in the text that begins with npm, npx, node or a command of ours. Each
 * is in one of the two tables below.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fetchNode } from '../run/nodes.ts'
import { SEED, VALUES } from './canaries.ts'
import { Machine } from './machine.ts'
import { serveRegistry } from './registry.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Less the tables of figures, whose rows are what the benches ran. */
const README = readFileSync(join(ROOT, 'README.md'), 'utf8').replace(
  /<!-- (bench|behaviour):start -->.*<!-- \1:end -->/gs,
  '',
)
const [, ...AFTER_SH] = README.split('```sh\n')
const COMMANDS = [
  ...AFTER_SH.flatMap((text) => text.slice(0, text.indexOf('```')).trim().split('\n')),
  ...[...README.matchAll(/`((?:npm|npx|node|locker-run|locker-dev) [^`]+)`/g)].map(
    ([, command = '']) => command,
  ),
]

/** What is to be seen when a command has run against a service with the values of {@link SEED}. */
interface Check {
  /** In stdout. */
  readonly prints: string
  /** Whether stdout holds more: npm says what it starts, a help has many lines. */
  readonly among?: true
  /** A word that stands for another one in the README, and that one. */
  readonly with?: readonly [word: string, meaning: string]
  /** The file that it writes, and what it holds. */
  readonly writes?: readonly [file: string, text: string]
  /** Another Node than the one that runs the tests. */
  readonly node?: number
}

const HERE: Readonly<Record<string, Check>> = {
  'export LOCKER_ACCESS_KEY_ID=…': { prints: '' },
  'export LOCKER_SECRET_ACCESS_KEY=…': { prints: '' },
  'node -r lockerpm/register app.js': { prints: `${VALUES.ALL.DATABASE_URL}\n` },
  'node --import lockerpm/register app.mjs': { prints: `${VALUES.ALL.DATABASE_URL}\n` },
  'NODE_OPTIONS="-r lockerpm/register" npm start': { prints: `${VALUES.ALL.DATABASE_URL}\n`, among: true },
  'npx locker-run -- npm start': { prints: `${VALUES.ALL.DATABASE_URL}\n`, among: true },
  'npx locker-run -e staging --required DATABASE_URL -- node server.js': {
    prints: `${VALUES.staging.DATABASE_URL}\n`,
  },
  'npx locker-run -e production -c \'pg_dump "$DATABASE_URL" > dump.sql\'': {
    prints: '',
    writes: ['dump.sql', `dump of ${VALUES.production.DATABASE_URL}\n`],
  },
  'npx locker-run --help': { prints: '--required', among: true },
  "npx locker-run -c 'echo $NAME'": {
    prints: `${VALUES.ALL.DATABASE_URL}\n`,
    with: ['NAME', 'DATABASE_URL'],
  },
  'npx locker-run -- echo $NAME': { prints: '\n', with: ['NAME', 'DATABASE_URL'] },
  'locker-run --exec -- node server.js': { prints: `${VALUES.ALL.DATABASE_URL}\n`, node: 24 },
  'npx locker-run --seal secrets.sealed': { prints: '', writes: ['secrets.sealed', 'lockerpm snapshot'] },
  'locker-run --compile': { prints: 'compiled for Node', among: true },
  'locker-run --seal FILE': {
    prints: '',
    with: ['FILE', 'secrets.sealed'],
    writes: ['secrets.sealed', 'lockerpm snapshot'],
  },
  'npx locker-dev --seed dev.env -- COMMAND': {
    prints: 'of dev.env\n',
    with: ['COMMAND', 'node -r lockerpm/register app.js'],
  },
  'npx locker-dev --seed dev.env -- node -r lockerpm/register app.js': { prints: 'of dev.env\n' },
  'npx locker-dev --seed dev.env --seed staging=staging.env -- npx locker-run -e staging -- npm test': {
    prints: 'of staging.env\n',
    among: true,
  },
  'npx locker-dev --help': { prints: '--seed', among: true },
}

const INSTALL = 'npm install lockerpm'
const SERVE = 'npx locker-dev --seed secrets.json --data dev.data --port 4000'
const BENCH = 'measures for minutes, in a clone'
const LONG = 'takes up to hours, in a clone'
const ELSEWHERE: Readonly<Record<string, string>> = {
  [INSTALL]: 'below: it asks a registry',
  [SERVE]: 'below: it serves until it is interrupted',
  'npm ci && npm run demo': '.ci/run runs it, in a clone',
  'npm ci && npm test': '.ci/run runs it, in a clone',
  'npm test': '.ci/run runs it, in a clone',
  'npm run fuzz': LONG,
  'npm run mutation': LONG,
  'npm run bench -- --quick': BENCH,
  'node test/bench/mask.mjs': BENCH,
  'node test/bench/fleet.mjs 200': BENCH,
}

/** npm would ask the registry for a newer npm, and say so. */
const QUIET = { npm_config_update_notifier: 'false' }

/** A machine of somebody who has an application, and knows pg_dump. */
function newMachine(node?: string): Machine {
  const machine = new Machine(node)
  for (const program of ['app.js', 'app.mjs', 'server.js'])
    machine.write(program, 'console.log(process.env.DATABASE_URL)\n')
  const scripts = { start: 'node app.js', test: 'node app.js' }
  machine.write('package.json', JSON.stringify({ name: 'app', scripts }))
  machine.write('secrets.json', SEED)
  for (const file of ['dev.env', 'staging.env']) machine.write(file, `DATABASE_URL="of ${file}"\n`)
  machine.write('pg_dump', '#!/bin/sh\necho "dump of $1"\n')
  chmodSync(join(machine.folder, 'pg_dump'), 0o755)
  return machine
}

it('the README has no command that is not tried, and the tables none that it has not', () => {
  const known = [...Object.keys(HERE), ...Object.keys(ELSEWHERE)]
  expect([...new Set(COMMANDS)].toSorted()).toEqual(known.toSorted())
})

describe('in a folder with the package', () => {
  it.each(Object.entries(HERE))('%s', async (command, check) => {
    const machine = newMachine(check.node === undefined ? undefined : await fetchNode(check.node))
    const { env } = await machine.serve()
    machine.write('command.sh', command.replace(...(check.with ?? ['', ''])))
    const { status, stdout, stderr } = await machine.run('sh command.sh', {
      ...env,
      ...QUIET,
      PATH: `${machine.folder}:${machine.env['PATH']}`,
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    if (check.among) expect(stdout).toContain(check.prints)
    else expect(stdout).toBe(check.prints)
    const [file, text] = check.writes ?? []
    if (file !== undefined) expect(readFileSync(join(machine.folder, file), 'latin1')).toContain(text)
  })

  it(`${SERVE}, until it is interrupted`, async () => {
    const machine = newMachine()
    // Another program may have that port.
    const [program = '', ...args] = SERVE.replace('4000', '0').split(' ')
    const env = { ...machine.env, ...QUIET }
    // A session of its own has a process group of its own, all of which hears Ctrl-C.
    const options = { cwd: machine.folder, env, extendEnv: false, detached: true, reject: false } as const
    const running = execa(program, args, options)
    const interrupt = () => process.kill(-(running.pid ?? 0), 'SIGINT')
    onTestFinished(() => void (running.signalCode === null && interrupt()))
    for await (const line of running) if (line.startsWith('export LOCKER_SECRET_ACCESS_KEY=')) interrupt()
    expect(await running).toMatchObject({ signal: 'SIGINT', stderr: '' })
    expect(existsSync(join(machine.folder, 'dev.data'))).toBe(true)
  })
})

describe('in an empty folder', () => {
  it(`${INSTALL}: one package, in silence, and it works`, async () => {
    const machine = newMachine()
    rmSync(join(machine.folder, 'node_modules'), { recursive: true })
    const registry = { ...QUIET, npm_config_registry: await serveRegistry() }
    const installed = await machine.run(INSTALL, registry)
    expect(installed).toMatchObject({ status: 0, stderr: '' })
    expect(installed.stdout).toContain('added 1 package')
    expect(readdirSync(join(machine.folder, 'node_modules'))).toEqual([
      '.bin',
      '.package-lock.json',
      'lockerpm',
    ])
    const line = 'npx locker-dev --seed dev.env -- node -r lockerpm/register app.js'
    expect(await machine.run(line, QUIET)).toMatchObject({ status: 0, stdout: 'of dev.env\n', stderr: '' })
  })
})

it('.ci/run runs what it is said to run', () => {
  const steps = readFileSync(join(ROOT, '.ci/run'), 'utf8').match(/^step .*$/gm) ?? []
  expect(steps.slice(0, 3)).toEqual(['step npm ci', 'step npm run demo', 'step npm test'])
})
