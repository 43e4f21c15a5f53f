/**
 * Compares how wrappers behave, and writes behaviour.json: `node test/bench/behaviour.mjs [--node PATH]
 * [--fetch-node 24] [--only PATTERN] [--out FILE]`. Every row does the same to each of them.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BEHAVIOURS, writeFixtures } from './behaviours.mjs'
import { describeNode, fetchNode, minimalEnvironment } from './nodes.mjs'
import { describeRepository, installPackage } from './repository.mjs'
import { installRivals, rivalVersions } from './rivals.mjs'
import { startServerWith } from './server.mjs'
import { LARGE_VARIABLES, listWrappers, VARIABLES } from './wrappers.mjs'

const PACKAGES = { dotenvx: '@dotenvx/dotenvx' }

const { values: options } = parseArgs({
  options: {
    node: { type: 'string' },
    'fetch-node': { type: 'string' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(import.meta.dirname, 'behaviour.json') },
  },
})
await main()

async function main() {
  const { 'fetch-node': range, node: path = range ? fetchNode(range) : process.execPath } = options
  const node = describeNode(path)
  installRivals()
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-behaviour-'))
  const apps = join(folder, 'apps')
  cpSync(join(import.meta.dirname, 'apps'), apps, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  installPackage(folder)
  const locker = join(folder, 'node_modules/lockerpm')
  const serve = (name, variables) => {
    const secrets = Object.entries(variables).map(([key, value]) => ({ key, value }))
    return startServerWith(locker, folder, { name, secrets })
  }
  const [usual, large] = await Promise.all([serve('usual', VARIABLES), serve('large', LARGE_VARIABLES)])
  try {
    const wrappers = listWrappers(folder, locker, node, { usual: usual.env, large: large.env })
    const env = minimalEnvironment(node, folder)
    const settings = wrappers.map((wrapper) => ({
      wrapper,
      node,
      env,
      apps,
      folder: ownFolder(folder, wrapper),
    }))
    const rows = []
    for (const each of BEHAVIOURS.filter(({ title }) => title.includes(options.only))) {
      rows.push(await observeAll(each, settings))
    }
    if (options.only === '') write(describe(node, wrappers, rows))
  } finally {
    await Promise.all([usual.stop(), large.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

function ownFolder(folder, { name }) {
  const own = join(folder, `of-${name}`)
  mkdirSync(own)
  writeFixtures(own)
  return own
}

async function observeAll({ title, right, observe }, settings) {
  console.log(title)
  const cells = []
  for (const setting of settings) {
    const { name, unfit } = setting.wrapper
    const observed =
      unfit ?? (await observe(setting).catch((error) => `fails: ${error.message.split('\n')[0]}`))
    cells.push({ observed, isRight: right.includes(observed) })
    console.log(`  ${right.includes(observed) ? '✓' : ' '} ${name}: ${observed}`)
  }
  return { title, right: right[0], cells }
}

function describe(node, wrappers, rows) {
  const repository = describeRepository()
  const versions = { ...rivalVersions(), 'locker-run': repository.version }
  return {
    lockerpm: repository,
    node: node.version,
    date: new Date().toISOString().slice(0, 10),
    system: process.platform,
    wrappers: wrappers.map(({ name }) => ({ name, version: versions[PACKAGES[name] ?? name] })),
    rows,
  }
}

function write(results) {
  writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`)
  console.log(`Written: ${options.out}`)
}
