/** Where the repository is, and what is in it. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const REPOSITORY = join(import.meta.dirname, '../..')

/** @returns {{ version: string, commit: string, isClean: boolean }} isClean: what is measured is what is committed */
export function describeRepository() {
  const git = (...args) => execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' }).trim()
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
  return {
    version,
    commit: git('rev-parse', 'HEAD'),
    isClean: git('status', '--porcelain', '--', 'src', 'register', '.ci', 'package-lock.json') === '',
  }
}

/**
 * Builds, and unpacks what `npm publish` would send into a folder's node_modules: the benches measure what users
 * install, and a build beside them disturbs nothing.
 *
 * @param {string} folder
 */
export function installPackage(folder) {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ filename }] = Object.values(JSON.parse(packed))
  const target = join(folder, 'node_modules/lockerpm')
  execFileSync('mkdir', ['-p', target])
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1'])
}
