/**
 * Whatever happens, at any log level, no value and no credential shows: neither on stderr, which every run of a
 * Machine is searched for, nor in the files that are left, which are searched when a test ends.
 */
import { describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { arrange, DOORS, FAILURES } from './failures.ts'
import { Machine } from './machine.ts'
import { linesOf } from './programs.ts'

const LEVELS = ['0', '1', '2', 'debug']

describe.each(Object.entries(DOORS))('%s gives nothing away', (_, command) => {
  it.each(Object.entries(FAILURES))('when it fails with %s', async (_, failure) => {
    const machine = new Machine()
    const env = await arrange(machine, failure)
    const outcomes = LEVELS.map((level) => machine.run(command, { ...env, LOCKER_LOG_LEVEL: level }))
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toMatchObject({ status: 125, stdout: '' })
    }
    expect(await machine.run(command, { ...env, LOCKER_LOG_LEVEL: '0' })).toMatchObject({ stderr: '' })
  })

  it('when it works: first, again, from the cache and during an outage', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    const start = async (level: string, more: Readonly<Record<string, string>>) => {
      const env = { ...server.env, LOCKER_ENVIRONMENT: 'staging', LOCKER_LOG_LEVEL: level, ...more }
      const { status, stdout, stderr } = await machine.run(`${command} DATABASE_URL`, env)
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: linesOf({ DATABASE_URL: VALUES.staging.DATABASE_URL }),
      })
      if (level === '0') expect(stderr).toBe('')
      if (level === '2' && more['LOCKER_FETCH']) expect(stderr).toMatch(/^lockerpm: debug: /m)
    }
    for (const level of LEVELS) {
      await start(level, { LOCKER_FETCH: 'true' })
      await start(level, {})
      await start(level, { LOCKER_REST_TIME: '600' })
    }
    await server.stop()
    for (const level of LEVELS) await start(level, {})
  })
})
