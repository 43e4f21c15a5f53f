/**
 * What a fleet that restarts together costs the service: `node test/bench/fleet.mjs [COUNT]`, default 200. Real
 * processes of the built package, each with a home of its own (pods) or all with one (a host), and the requests that
 * locker-dev saw.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPackage } from './repository.mjs'
import { START_SECRETS, startServer } from './server.mjs'

const count = Number(process.argv[2] ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'lockerpm-fleet-'))

try {
  installPackage(folder)
  writeFileSync(join(folder, 'app.cjs'), 'process.exit(process.env.APP_SETTING_01 ? 0 : 3)\n')
  const server = await startServer(join(folder, 'node_modules/lockerpm'), folder, { secrets: START_SECRETS })
  const environment = { ...server.env, LOCKER_ENVIRONMENT: 'production', LOCKER_TIMEOUT_MS: '60000' }
  const rows = []
  for (const [name, homeOf, settings] of [
    ['pods, cold', (index) => `pod-${index}`, {}],
    ['pods, nothing has changed', (index) => `pod-${index}`, {}],
    ['pods, within restTime', (index) => `pod-${index}`, { LOCKER_REST_TIME: '3600' }],
    ['one host, cold', () => 'host', {}],
    ['one host, nothing has changed', () => 'host', {}],
  ]) {
    const before = server.countRequests()
    const startedMs = performance.now()
    const statuses = await Promise.all(
      Array.from({ length: count }, (_, index) => start(homeOf(index), { ...environment, ...settings })),
    )
    rows.push({
      case: name,
      starts: count,
      failed: statuses.filter((status) => status !== 0).length,
      requests: server.countRequests() - before,
      'all started after s': ((performance.now() - startedMs) / 1000).toFixed(1),
    })
  }
  await server.stop()
  console.table(rows)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @returns {Promise<number | null>} the exit status */
function start(home, env) {
  const HOME = join(folder, home)
  mkdirSync(HOME, { recursive: true })
  const child = spawn(process.execPath, ['-r', 'lockerpm/register', 'app.cjs'], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve) => child.once('exit', resolve))
}
