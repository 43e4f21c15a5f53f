import { describe, expect, it } from 'vitest'
import { arrange, DOORS, FAILURES } from './failures.ts'
import { Machine } from './machine.ts'

describe.each(Object.entries(DOORS))('%s fails closed', (_, command) => {
  it.each(Object.entries(FAILURES))('with %s: 125 and one line that says what to do', async (_, failure) => {
    const machine = new Machine()
    const { status, stdout, stderr } = await machine.run(command, await arrange(machine, failure))
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: the (program|command) was not started: .*\n$/)
    for (const words of failure.says) expect(stderr).toMatch(words)
    expect(machine.isStarted).toBe(false)
  })

  it('with LOCKER_ON_ERROR=warn it starts all the same, with nothing merged, and says so', async () => {
    const machine = new Machine()
    machine.write('.env', 'API_TOKEN=from-file\n')
    const env = { LOCKER_API_BASE: 'http://127.0.0.1:9', LOCKER_ON_ERROR: 'warn' }
    const { status, stdout, stderr } = await machine.run(`${command} API_TOKEN`, env)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'API_TOKEN=undefined\n' })
    expect(stderr).toMatch(
      /^lockerpm: the (program|command) starts without any secret.*there is no access key.*\n$/,
    )
  })
})

describe('a certificate of an authority that nobody knows', () => {
  it.each(Object.entries(DOORS))('%s starts silently with LOCKER_CA_FILE', async (_, command) => {
    const machine = new Machine()
    const server = await machine.serve('--https')
    expect(await machine.run(command, server.env)).toMatchObject({ status: 0, stderr: '' })
  })

  it.each(Object.entries(DOORS))('%s starts with LOCKER_UNSAFE, and says so', async (_, command) => {
    const machine = new Machine()
    const server = await machine.serve('--https')
    const env = { ...server.env, LOCKER_CA_FILE: undefined, LOCKER_UNSAFE: 'true' }
    const { status, stderr } = await machine.run(command, env)
    expect(status).toBe(0)
    expect(stderr).toMatch(/^lockerpm: LOCKER_UNSAFE is true: .*\n$/)
  })

  it("NODE_TLS_REJECT_UNAUTHORIZED=0 is the user's own affair: ours are checked", async () => {
    const machine = new Machine()
    const server = await machine.serve('--https')
    const env = { ...server.env, LOCKER_CA_FILE: undefined, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(await machine.run(DOORS['-r lockerpm/register'], env)).toMatchObject({ status: 125 })
    expect(machine.isStarted).toBe(false)
  })
})
