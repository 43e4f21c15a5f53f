/** The cases that measure themselves: an application prints its figures as JSON. */
import { join } from 'node:path'

/** @type {import('./cases.mjs').Case} */
export const GET_CASE = {
  id: 'get-sync',
  title: '1,000 `getSync` of 50 keys of a project of 1,000',
  args: () => ['sdk-get.cjs', '1000'],
  env: clientOf('1000'),
}

/** @type {import('./cases.mjs').Case} the package's own functions, bundled for this: they aren't public */
export const OPEN_CASE = {
  id: 'open',
  title: 'keys and values of 106,000 secrets',
  args: ({ app }) => ['--expose-gc', 'open.cjs', join(app, 'internals.cjs')],
}

/** @param {number} secrets @returns {import('./cases.mjs').Case} */
export function listCase(secrets) {
  return {
    id: `list-${secrets}`,
    title: `\`list()\` of a project of ${secrets.toLocaleString('en')}`,
    args: () => ['sdk-list.cjs', String(secrets)],
    env: clientOf(String(secrets)),
  }
}

/** Never from a cache: reading, decrypting and nothing else. */
function clientOf(server) {
  return ({ servers }) => ({ ...servers[server].env, LOCKER_CACHE: 'false' })
}
