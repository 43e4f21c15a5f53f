/**
 * Whatever happens, at any log level, no value and no credential shows: neither on stderr, which every run of a
 * Machine is searched for, nor in the files that are left, which are searched when a test ends, nor in stdout, command
 * lines, environments and errors, which are searched here.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCredentials, findLeaks, findLeakyFiles, VALUES } from './canaries.ts'
import { DOORS } from './failures.ts'
import { BROKEN_FILES, FAILING_DOORS, FAILING_WAYS, WORKING_DOORS } from './leaks.ts'
import { Machine } from './machine.ts'
import { watchCommandLines } from './processes.ts'
import { linesOf } from './programs.ts'

const LEVELS = ['0', '1', '2']
/** What the service sends, and nobody else writes. */
const CIPHERTEXT = /2\.[\w+/]{22}==\|/

describe('a failure gives nothing away', () => {
  it.each(Object.entries(FAILING_WAYS))('of any door, with %s', async (_, arrange) => {
    const machine = new Machine()
    const env = { LOCKER_HEADERS: headersOf(machine), ...(await arrange(machine)) }
    const runs = LEVELS.flatMap((level) =>
      // What shows at a lower level shows at the highest one as well: two doors show that there are levels.
      (level === '2' ? FAILING_DOORS : FAILING_DOORS.slice(0, 2)).map(async (line) => {
        const { status, stdout, stderr } = await machine.run(line, { LOCKER_LOG_LEVEL: level, ...env })
        expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
        expect(stderr).not.toMatch(CIPHERTEXT)
        if (level === '0' && !('LOCKER_LOG_LEVEL' in env)) expect(stderr).toBe('')
      }),
    )
    await Promise.all(runs)
  })

  it.each(Object.entries(FAILING_WAYS))('of the SDK, with %s', async (_, arrange) => {
    const machine = new Machine()
    const env = { LOCKER_HEADERS: headersOf(machine), ...(await arrange(machine)) }
    const { status, stdout, stderr } = await machine.run('node leaks/sdk.cjs', {
      LOCKER_TIMEOUT_MS: '300',
      ...env,
      WRITTEN: VALUES.ALL.API_TOKEN,
    })
    expect(status).toBe(0)
    expect(stdout).toMatch(/Error: /)
    expect(findLeaks(stdout, machine.credentials)).toEqual([])
    expect(stdout + stderr).not.toMatch(CIPHERTEXT)
    const sent = machine.credentials.filter((credential) => !/canary-.*-body/.test(credential))
    expect(findLeaks(machine.read('bodies.txt').join('\n'), sent)).toEqual([])
  })

  it.each(Object.entries(BROKEN_FILES))('of locker-dev, with %s', async (_, { flags, text }) => {
    const machine = new Machine()
    machine.write('broken.json', text)
    const { status, stdout } = await machine.run(`locker-dev ${flags} -- node app.js`)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(machine.isStarted).toBe(false)
  })
})

describe('a door at work gives away nothing but what it is asked for', () => {
  it.each(WORKING_DOORS.map((door) => [door.line, door] as const))('%s', async (line, { printsValues }) => {
    const machine = new Machine()
    const { env } = await machine.serve()
    mkdirSync(join(machine.folder, 'files'))
    const all = {
      ...env,
      LOCKER_HEADERS: headersOf(machine),
      LOCKER_ENVIRONMENT: 'staging',
      GITHUB_ENV: join(machine.folder, 'github.env'),
      WRITTEN: VALUES.ALL.API_TOKEN,
    }
    const watch = watchCommandLines(machine.home)
    const runs = LEVELS.map((level) => machine.run(line, { ...all, LOCKER_LOG_LEVEL: level }))
    const outcomes = await Promise.all(runs)
    for (const { status, stdout } of outcomes) {
      expect(status).toBe(0)
      const find = printsValues ? findCredentials : findLeaks
      expect(find(stdout, machine.credentials)).toEqual([])
    }
    expect(findLeaks([...watch.stop()].join('\n'), machine.credentials)).toEqual([])
    expect(findLeakyFiles(join(machine.folder, 'files'), machine.credentials)).toEqual([])
  })

  it.each(Object.entries(DOORS))(
    '%s: first, again, from the cache and during an outage',
    async (_, command) => {
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
    },
  )
})

describe('the command of locker-run', () => {
  const KEY = ['LOCKER_ACCESS_KEY_ID', 'LOCKER_SECRET_ACCESS_KEY']

  it('has no access key and no headers in the environment that the system shows, in whatever spelling', async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    machine.write('key', `${env['LOCKER_SECRET_ACCESS_KEY']}\n`)
    const { status, stdout } = await machine.run('locker-run -- cat /proc/self/environ', {
      ...env,
      LOCKER_ACCESS_KEY_SECRET: env['LOCKER_SECRET_ACCESS_KEY'],
      LOCKER_ACCESS_KEY_SECRET_FILE: 'key',
      LOCKER_HEADERS: headersOf(machine),
    })
    expect(status).toBe(0)
    expect(stdout).toContain(`DATABASE_URL=${VALUES.ALL.DATABASE_URL}\0`)
    expect(findCredentials(stdout, machine.credentials)).toEqual([])
    expect(stdout).not.toMatch(/_KEY|HEADERS/)
  })

  it('is warned about when NODE_DEBUG shows its environment, which has no credentials even so', async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    const all = { ...env, NODE_DEBUG: 'child_process', LOCKER_HEADERS: headersOf(machine) }
    expect(await machine.run("sh -c 'locker-run -- true 2>shown.txt'", all)).toMatchObject({ status: 0 })
    const [warning, ...shown] = machine.read('shown.txt')
    expect(warning).toMatch(/^lockerpm: NODE_DEBUG makes Node print .*: unset it$/)
    expect(shown.join('\n')).toContain(VALUES.ALL.DATABASE_URL)
    expect(findCredentials(shown.join('\n'), machine.credentials)).toEqual([])
  })

  it.each(['node -r lockerpm/register -p 1', 'node --import lockerpm/register -p 1', 'locker-run -- true'])(
    'and NODE_DEBUG=* show no credential of a request: %s',
    async (line) => {
      const machine = new Machine()
      const { env } = await machine.serve()
      const all = { ...env, NODE_DEBUG: '*', LOCKER_HEADERS: headersOf(machine), LOCKER_CACHE: 'false' }
      expect(await machine.run(`sh -c '${line} 2>shown.txt'`, all)).toMatchObject({ status: 0 })
      const shown = machine.read('shown.txt').join('\n')
      expect(shown).toMatch(/^[A-Z]+ \d+: /m)
      expect(findCredentials(shown, machine.credentials)).toEqual([])
    },
  )

  it.each([
    ['--keep-credentials', 'locker-run --keep-credentials -- env', {}],
    ['LOCKER_KEEP_CREDENTIALS', 'locker-run -- env', { LOCKER_KEEP_CREDENTIALS: 'true' }],
  ])('has them with %s', async (_, line, more) => {
    const { stdout } = await new Machine().runWithServer(line, more)
    for (const name of KEY) expect(stdout).toContain(`${name}=`)
  })
})

describe('what is restarted by --watch', () => {
  it('gives nothing away when secrets change and while the service is gone', async () => {
    const machine = new Machine()
    const first = await machine.serve()
    const { port } = new URL(first.env['LOCKER_API_BASE'] ?? '')
    const env = { ...first.env, LOCKER_LOG_LEVEL: '2', LOCKER_HEADERS: headersOf(machine) }
    const running = machine.start('locker-run --watch=1 -- node patient.js', env)
    await running.printed('ready')
    await first.stop()
    machine.write('new.env', `DATABASE_URL=${VALUES.production.DATABASE_URL}\n`)
    await machine.serve(`--port ${port} --seed new.env`)
    await running.printed('told to stop\nready')
    running.kill('SIGTERM')
    expect((await running.ended).status).toBe(3)
  })
})

function headersOf(machine: Machine): string {
  return `X-Canary: ${machine.hide('canary-header-value')}`
}
