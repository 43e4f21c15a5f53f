/** What starts cost the service: one after the other, many at once, and those that are killed. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { Machine } from './machine.ts'
import { linesOf } from './programs.ts'

const START = 'node -r lockerpm/register app.js DATABASE_URL API_TOKEN'
const production = linesOf({ ...VALUES.production, API_TOKEN: VALUES.ALL.API_TOKEN })
const staging = linesOf({ ...VALUES.staging, API_TOKEN: VALUES.ALL.API_TOKEN }).replace(/^STAGING.*\n/m, '')

function filesOfCache({ home }: Machine): string[] {
  const folder = join(home, '.locker', 'lockerpm')
  return existsSync(folder) ? readdirSync(folder).map((file) => file.replace(/^[^.]*/, '')) : []
}

describe('a start asks for', () => {
  const SYNC = ['/v1/sync/deleted_item_date', '/v1/sync/revision_date']

  it('as little as the README says', async () => {
    const machine = new Machine()
    const first = await machine.serve()
    const { port } = new URL(first.env['LOCKER_API_BASE'] ?? '')
    const requestsOf = async (more = {}) => {
      const before = machine.requests().length
      const outcome = await machine.run(START, { ...first.env, LOCKER_ENVIRONMENT: 'production', ...more })
      expect(outcome).toMatchObject({ status: 0, stderr: '' })
      return machine.requests().slice(before).toSorted()
    }
    expect(await requestsOf()).toEqual(['/v1/profile', '/v1/secrets'])
    expect(await requestsOf()).toEqual(SYNC)
    expect(await requestsOf({ LOCKER_REST_TIME: '600' })).toEqual([])
    expect(await requestsOf({ LOCKER_FETCH: 'true' })).toEqual(['/v1/profile', '/v1/secrets'])
    const empty = { LOCKER_ENVIRONMENT: 'empty', LOCKER_CACHE: 'false' }
    expect(await requestsOf(empty)).toEqual(['/v1/environments', '/v1/profile', '/v1/secrets'])
    await first.stop()
    machine.write('new.env', 'DATABASE_URL=changed\n')
    await machine.serve(`--port ${port} --seed new.env`)
    expect(await requestsOf()).toEqual(['/v1/secrets', ...SYNC, '/v1/sync/secrets/count'].toSorted())
    expect(await requestsOf()).toEqual(SYNC)
  })
})

describe('processes that start together', () => {
  it('200 of them make one fetch, and all get the right values', { timeout: 300_000 }, async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    const starts = Array.from({ length: 200 }, () =>
      machine.run(START, { ...env, LOCKER_ENVIRONMENT: 'production', LOCKER_TIMEOUT_MS: '120000' }),
    )
    const outcomes = await Promise.all(starts)
    expect(new Set(outcomes.map(({ stdout }) => stdout))).toEqual(new Set([production]))
    // Those that came late, on a slow machine, asked whether it is still current.
    const isLoad = (path: string) => !path.startsWith('/v1/sync/')
    expect(machine.requests().filter(isLoad).toSorted()).toEqual(['/v1/profile', '/v1/secrets'])
  })

  it('two environments each get their own values', async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    const starts = Array.from({ length: 12 }, (_, index) =>
      machine.run(START, { ...env, LOCKER_ENVIRONMENT: index % 2 === 0 ? 'production' : 'staging' }),
    )
    const outcomes = await Promise.all(starts)
    for (const [index, { stdout, stderr }] of outcomes.entries()) {
      expect({ stdout, stderr }).toEqual({ stdout: index % 2 === 0 ? production : staging, stderr: '' })
    }
  })
})

describe('a process that is killed while it fetches', () => {
  it('holds nobody up, and leaves nothing half-done', async () => {
    const machine = new Machine()
    // Only the first load hangs: its profile and its page.
    const { env } = await machine.serve("--fault '/v1/profile #1 hang; /v1/secrets #1 hang'")
    const start = () => machine.start(START, { ...env, LOCKER_ENVIRONMENT: 'production' })
    const killed = start()
    await expect.poll(() => machine.requests()).toHaveLength(2)
    const waiting = [start(), start(), start()]
    killed.kill('SIGKILL')
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL', stdout: '' })
    for (const { ended } of waiting) expect(await ended).toMatchObject({ stdout: production, stderr: '' })
    expect(filesOfCache(machine)).toEqual(expect.arrayContaining(['.snapshot']))
    expect(
      filesOfCache(machine).filter(
        (file) => !/^\.(\w{11}\.view|\S{43}\.preload\.start|snapshot)$/.test(file),
      ),
    ).toEqual([])
  })

  it('whenever that is, the next start works', { timeout: 300_000 }, async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    for (let delayMs = 60; delayMs < 260; delayMs += 10) {
      const killed = machine.start(START, { ...env, LOCKER_ENVIRONMENT: 'production' })
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      killed.kill('SIGKILL')
      await killed.ended
      const next = await machine.run(START, { ...env, LOCKER_ENVIRONMENT: 'production' })
      expect(next).toMatchObject({ status: 0, stdout: production, stderr: '' })
    }
  })
})
