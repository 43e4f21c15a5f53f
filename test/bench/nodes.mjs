/** The Nodes to measure on: the one that runs this, others by path, others fetched from the registry. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { REPOSITORY } from './repository.mjs'

/**
 * @typedef {object} NodeBinary
 * @property {string} path
 * @property {string} version such as `24.21.0`
 */

const CACHE = join(REPOSITORY, 'node_modules/.cache/lockerpm-bench/nodes')

/**
 * @param {string} path
 * @returns {NodeBinary}
 */
export function describeNode(path) {
  const [version] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8', env: {} }).split(
    '\n',
  )
  return { path, version }
}

/**
 * Installs the registry's package of a Node binary, once, outside of what is committed.
 *
 * @param {string} range such as `24`
 * @returns {string} the binary's path
 */
export function fetchNode(range) {
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(CACHE, range)
  const path = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  // A project of its own: npm would else install into the repository's.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  execFileSync('npm', ['install', '--no-save', '--ignore-scripts', `${name}@${range}`], { cwd: folder })
  return path
}

/**
 * @param {NodeBinary} node
 * @param {string} least such as `22.15`
 */
export function isAtLeast(node, least) {
  const [[major, minor], [leastMajor, leastMinor]] = [node.version, least].map((text) =>
    text.split('.').map(Number),
  )
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

/**
 * What every process of the bench starts with, and nothing else: NODE_EXTRA_CA_CERTS alone triples the start of
 * Node 20, and NODE_OPTIONS, proxies or LOCKER_* of the caller would all change what is measured.
 *
 * @param {NodeBinary} node found first on PATH
 * @param {string} home
 * @returns {Record<string, string>}
 */
export function minimalEnvironment(node, home) {
  return {
    PATH: `${dirname(node.path)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  }
}
