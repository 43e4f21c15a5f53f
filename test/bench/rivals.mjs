/** What we are compared with: installed here on demand, at the versions of rivals/package-lock.json. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'rivals')
const MODULES = join(FOLDER, 'node_modules')

/** Installs what is missing. Not `npm ci`: it fails where the registry lacks varlock's helpers for other systems. */
export function installRivals() {
  const names = Object.keys(JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')).dependencies)
  if (names.every(isInstalled)) return
  execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--omit=optional'], { cwd: FOLDER })
}

/** @returns {Record<string, string>} version by name */
export function rivalVersions() {
  const { dependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'))
  return Object.fromEntries(Object.keys(dependencies).map((name) => [name, readPackage(name).version]))
}

/**
 * @param {string} name of a package
 * @param {string} [command] the name of its command
 * @returns {string} the command's file; without one, the package's folder
 */
export function rivalPath(name, command) {
  if (command === undefined) return join(MODULES, name)
  return join(MODULES, name, readPackage(name).bin[command])
}

function isInstalled(name) {
  const wanted = JSON.parse(readFileSync(join(FOLDER, 'package-lock.json'), 'utf8')).packages[
    `node_modules/${name}`
  ]
  return hasFile(join(MODULES, name, 'package.json')) && readPackage(name).version === wanted.version
}

function readPackage(name) {
  return JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8'))
}

function hasFile(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
