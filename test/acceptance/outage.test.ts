/** The service is away, or the cache can't be had. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { DOORS } from './failures.ts'
import { Machine } from './machine.ts'
import { linesOf } from './programs.ts'

const START = 'node -r lockerpm/register app.js DATABASE_URL'

describe('an outage', () => {
  it.each(Object.entries(DOORS))(
    '%s starts with the cache and says so, until it is too old',
    async (_, door) => {
      const machine = new Machine()
      const server = await machine.serve()
      const env = { ...server.env, LOCKER_ENVIRONMENT: 'production' }
      const start = (more = {}) => machine.run(`${door} DATABASE_URL`, { ...env, ...more })
      expect(await start()).toMatchObject({ status: 0, stderr: '' })
      await server.stop()

      const outcome = await start()
      expect(outcome).toMatchObject({ status: 0, stdout: linesOf(VALUES.production) })
      expect(outcome.stderr).toMatch(/^lockerpm: started with the cache, \d+ s old, .*\n$/)

      await new Promise((resolve) => setTimeout(resolve, 1100))
      const tooOld = await start({ LOCKER_MAX_STALE: '1' })
      expect(tooOld).toMatchObject({ status: 125, stdout: '' })
      expect(tooOld.stderr).toMatch(/^lockerpm: .*The cache can't stand in: .*\n$/)
      for (const more of [{ LOCKER_MAX_STALE: '0' }, { LOCKER_FETCH: 'true' }, { LOCKER_CACHE: 'false' }]) {
        expect(await start(more)).toMatchObject({ status: 125, stdout: '' })
      }
    },
  )

  it('is over when the service is back: what has changed meanwhile is seen', async () => {
    const machine = new Machine()
    const first = await machine.serve()
    const { port } = new URL(first.env['LOCKER_API_BASE'] ?? '')
    expect(await machine.run(START, first.env)).toMatchObject({ status: 0 })
    await first.stop()
    machine.write('new.env', 'DATABASE_URL=changed\n')
    const second = await machine.serve(`--port ${port} --seed new.env`)
    expect(second.env).toEqual(first.env)
    expect(await machine.run(START, second.env)).toMatchObject({
      stdout: 'DATABASE_URL=changed\n',
      stderr: '',
    })
  })

  it.each(["'hang'", "'status=500'", "'status=503,html'", "'status=429'", "'status=403,html'", "'html'"])(
    'is also %s',
    async (fault) => {
      const machine = new Machine()
      const first = await machine.serve()
      const { port } = new URL(first.env['LOCKER_API_BASE'] ?? '')
      expect(await machine.run(START, first.env)).toMatchObject({ status: 0 })
      await first.stop()
      const { env } = await machine.serve(`--port ${port} --fault ${fault}`)
      const { stdout, stderr } = await machine.run(START, env)
      expect(stdout).toBe(linesOf({ DATABASE_URL: VALUES.ALL.DATABASE_URL }))
      expect(stderr).toMatch(/^lockerpm: started with the cache, .*\n$/)
    },
  )

  it.each(['401', '403'])("is not the service's own %s: that ends the cache", async (status) => {
    const machine = new Machine()
    const first = await machine.serve()
    const { port } = new URL(first.env['LOCKER_API_BASE'] ?? '')
    expect(await machine.run(START, first.env)).toMatchObject({ status: 0 })
    await first.stop()
    const second = await machine.serve(`--port ${port} --fault status=${status}`)
    expect(await machine.run(START, second.env)).toMatchObject({ status: 125, stdout: '' })
    await second.stop()
    expect(await machine.run(START, second.env)).toMatchObject({ status: 125, stdout: '' })
    expect(readdirSync(join(machine.home, '.locker', 'lockerpm'))).toEqual([])
  })
})

describe('without a cache a start needs the service, and nothing else', () => {
  it.each([
    ['is no folder', (home: string) => writeFileSync(join(home, '.locker'), '')],
    ['may not be written to', (home: string) => chmodSync(home, 0o555)],
    ['holds a folder that others may write to', makeOpenFolder],
  ])('when the home %s', async (_, spoil) => {
    const machine = new Machine()
    spoil(machine.home)
    const server = await machine.serve()
    machine.dropRoot()
    await expectStarts(machine, server.env)
  })

  it('when the home is missing, which is not made either', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    const HOME = join(machine.home, 'missing')
    await expectStarts(machine, { ...server.env, HOME })
    expect(existsSync(HOME)).toBe(false)
  })

  it('when HOME is empty, and nothing is written to where the user works', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    await expectStarts(machine, { ...server.env, HOME: '' })
    expect(existsSync(join(machine.folder, '.locker'))).toBe(false)
  })

  it('when HOME is unset, and nobody knows the user', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    machine.dropRoot()
    // Where the tests aren't root's, the user is known, and has a home that is none of our business.
    const isKnown = process.getuid?.() !== 0
    await expectStarts(machine, {
      ...server.env,
      ...(isKnown ? { LOCKER_CACHE: 'false' } : { HOME: undefined }),
    })
  })
})

function makeOpenFolder(home: string): void {
  const folder = join(home, '.locker', 'lockerpm')
  mkdirSync(folder, { recursive: true })
  for (const each of [home, join(home, '.locker'), folder]) chmodSync(each, 0o777)
}

async function expectStarts(
  machine: Machine,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (const door of Object.values(DOORS)) {
    expect(await machine.run(`${door} DATABASE_URL`, env)).toMatchObject({
      status: 0,
      stdout: linesOf({ DATABASE_URL: VALUES.ALL.DATABASE_URL }),
      stderr: '',
    })
  }
}
