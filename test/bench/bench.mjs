/**
 * `npm run bench`: how fast programs start with lockerpm, against their peers, on this machine. Real processes, run
 * in turns; see measure.mjs for how, races.mjs for what, targets.mjs for what is good enough.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { HELP, parseOptions } from './args.mjs'
import { DOTENV_FILE } from './cases.mjs'
import { describeNode, fetchNode, minimalEnvironment } from './nodes.mjs'
import { printRace, printTargets } from './print.mjs'
import { runRace } from './race.mjs'
import { RACES } from './races.mjs'
import { describeRepository, installPackage } from './repository.mjs'
import { installRivals, rivalPath, rivalVersions } from './rivals.mjs'
import { startSecrets, startServer } from './server.mjs'

/** Fewer rounds aren't published. */
const LEAST_PAIRS = 50
const RESULTS = join(import.meta.dirname, 'results.json')
const MEBIBYTE = 1024 * 1024

const options = parseOptions(process.argv.slice(2))
if (options.help) process.stdout.write(HELP)
else if (options.list)
  for (const race of RACES) console.log(`${race.id}: ${race.cases.map(({ id }) => id).join(' ')}`)
else process.exitCode = await main()

async function main() {
  const nodes = chooseNodes()
  const races = chooseRaces()
  installRivals()
  const app = await makeApplication()
  try {
    const results = { ...describeRun(), nodes: [] }
    for (const node of nodes) {
      compile(node, app)
      results.nodes.push({ version: node.version, races: await runRaces(races, node, app) })
    }
    printTargets(results)
    publish(results)
    return results.nodes.some(lacksOurs) ? 1 : 0
  } finally {
    rmSync(app, { recursive: true, force: true })
  }
}

function chooseNodes() {
  const paths = [...options.nodes, ...options.fetchNodes.map(fetchNode)]
  return [...(options.skipOwnNode ? [] : [process.execPath]), ...paths].map(describeNode)
}

/** A race's own name chooses it alone, part of a name all that have it. */
function chooseRaces() {
  if (options.only.length === 0) return RACES
  const fits = (part) =>
    RACES.some(({ id }) => id === part) ? (id) => id === part : (id) => id.includes(part)
  return RACES.filter(({ id }) => options.only.some((part) => fits(part)(id)))
}

/** A folder as a user's: the package as it would be published, dotenv, applications, variables. */
async function makeApplication() {
  const app = mkdtempSync(join(tmpdir(), 'lockerpm-bench-'))
  cpSync(join(import.meta.dirname, 'apps'), app, { recursive: true })
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n')
  writeFileSync(
    join(app, DOTENV_FILE),
    startSecrets()
      .map(({ key, value }) => `${key}=${value}\n`)
      .join(''),
  )
  installPackage(app)
  cpSync(rivalPath('dotenv'), join(app, 'node_modules/dotenv'), { recursive: true })
  await build({
    entryPoints: [join(import.meta.dirname, 'internals.ts')],
    outfile: join(app, 'internals.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20.19',
  })
  return app
}

/** What a Dockerfile does, and a start that lasts a second: the races' own starts are over sooner. */
function compile(node, app) {
  const command = join(app, 'node_modules/lockerpm/dist/locker-run.cjs')
  execFileSync(node.path, [command, '--compile'], { env: minimalEnvironment(node, app), stdio: 'inherit' })
}

async function runRaces(races, node, app) {
  const results = {}
  for (const race of races) {
    results[race.id] = await runRaceWithServers(race, node, app)
    printRace(race, node, results[race.id])
  }
  return results
}

async function runRaceWithServers(race, node, app) {
  const cache = mkdtempSync(join(app, `${race.id}-`))
  const locker = join(app, 'node_modules/lockerpm')
  mkdirSync(join(app, 'home'), { recursive: true })
  const servers = {}
  try {
    for (const [name, spec] of Object.entries(race.servers)) {
      servers[name] = await startServer(locker, cache, spec)
    }
    const place = { node, env: minimalEnvironment(node, join(app, 'home')), app, locker, cache, servers }
    return await runRace(race, place, options.pairs)
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  }
}

function describeRun() {
  const [cpu] = cpus()
  return {
    lockerpm: describeRepository(),
    rivals: rivalVersions(),
    date: new Date().toISOString().slice(0, 10),
    machine: {
      system: `${process.platform} ${process.arch}`,
      cpu: cpu.model,
      cores: cpus().length,
      memoryMiB: Math.round(totalmem() / MEBIBYTE),
    },
    pairs: options.pairs,
  }
}

function publish(results) {
  if (options.out !== undefined) return write(options.out, results)
  if (options.only.length > 0) return console.log('\nNot written: only some of the races were run.')
  if (options.pairs < LEAST_PAIRS) return console.log(`\nNot written: fewer than ${LEAST_PAIRS} rounds.`)
  write(RESULTS, results)
}

/** A line for each list of figures: readable in a diff, and short. */
function write(file, results) {
  const text = JSON.stringify(results, null, 2).replace(/\[[\d\s.,]+\]/g, (list) => list.replace(/\s+/g, ' '))
  writeFileSync(file, `${text}\n`)
  console.log(`\nWritten: ${file}`)
}

/** Rivals may fail on a Node, and some cases need a newer one; everything else of ours must have run. */
function lacksOurs({ races }) {
  return RACES.some(({ id, cases }) =>
    cases.some((each) => !each.isRival && !each.leastNode && races[id]?.missing[each.id] !== undefined),
  )
}
