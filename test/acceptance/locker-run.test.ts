import { describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { Machine } from './machine.ts'
import { linesOf } from './programs.ts'

const LOAD = ['/v1/profile', '/v1/secrets']

describe('locker-run', () => {
  it('gives a command the secrets, and ends with its status', async () => {
    const line = "locker-run -e staging -- sh -c 'echo $DATABASE_URL; exit 7'"
    expect(await new Machine().runWithServer(line)).toMatchObject({
      status: 7,
      stdout: `${VALUES.staging.DATABASE_URL}\n`,
      stderr: '',
    })
  })

  it('takes a line for the shell', async () => {
    const line = "locker-run -e staging -c 'echo $DATABASE_URL $1; exit 7' word"
    const { status, stdout } = await new Machine().runWithServer(line)
    expect({ status, stdout }).toEqual({ status: 7, stdout: `${VALUES.staging.DATABASE_URL} word\n` })
  })

  it('loads for a lockerpm/register inside, which does not load again', async () => {
    const { status, stdout, stderr, requests } = await new Machine().runWithServer(
      'locker-run -e staging -- node -r lockerpm/register app.js DATABASE_URL STAGING_ONLY API_TOKEN',
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(linesOf({ ...VALUES.staging, API_TOKEN: VALUES.ALL.API_TOKEN }))
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it('loads once for npm start and all that it starts', async () => {
    const machine = new Machine()
    machine.write('package.json', '{ "name": "app", "scripts": { "start": "node app.js STAGING_ONLY" } }')
    const { stdout, requests } = await machine.runWithServer('locker-run -e staging -- npm start --silent', {
      NODE_OPTIONS: '-r lockerpm/register',
      npm_config_update_notifier: 'false',
    })
    expect(stdout).toBe(linesOf({ STAGING_ONLY: VALUES.staging.STAGING_ONLY }))
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it('hides the access key from the command, and tells it what was loaded from where', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    const names =
      'LOCKER_ACCESS_KEY_ID LOCKER_SECRET_ACCESS_KEY LOCKER_HEADERS LOCKER_ENVIRONMENT LOCKER_API_BASE'
    const env = { ...server.env, LOCKER_HEADERS: 'X-Team: a' }
    const { stdout } = await machine.run(`locker-run -e staging -- node app.js ${names}`, env)
    expect(stdout).toBe(
      linesOf({
        LOCKER_ACCESS_KEY_ID: undefined,
        LOCKER_SECRET_ACCESS_KEY: undefined,
        LOCKER_HEADERS: undefined,
        LOCKER_ENVIRONMENT: 'staging',
        LOCKER_API_BASE: server.env['LOCKER_API_BASE'],
      }),
    )
  })

  it('says what to do when a program inside wants another environment without the key', async () => {
    const machine = new Machine()
    const inside = 'env LOCKER_ENVIRONMENT=production node -r lockerpm/register app.js DATABASE_URL'
    const denied = await machine.runWithServer(`locker-run -e staging -- ${inside}`)
    expect(denied).toMatchObject({ status: 125, stdout: '' })
    expect(denied.stderr).toMatch(/^lockerpm: .*--keep-credentials\n$/)
    expect(machine.isStarted).toBe(false)
    const kept = await machine.runWithServer(`locker-run -e staging --keep-credentials -- ${inside}`)
    expect(kept).toMatchObject({ status: 0, stdout: linesOf(VALUES.production), stderr: '' })
  })

  it('gives nothing but the secrets and a few harmless variables with --no-inherit-env', async () => {
    const line = 'locker-run -e production --no-inherit-env -- node app.js DATABASE_URL MINE HOME'
    const machine = new Machine()
    const { stdout } = await machine.runWithServer(line, { MINE: 'mine' })
    expect(stdout).toBe(linesOf({ ...VALUES.production, MINE: undefined, HOME: machine.home }))
  })

  it.each([
    [127, 'no-such-command'],
    [127, './no-such-file'],
    [126, './seed.json'],
    [126, '.'],
  ])('ends with %i when the command is %s', async (status, command) => {
    const outcome = await new Machine().runWithServer(`locker-run -- ${command}`)
    expect(outcome).toMatchObject({ status, stdout: '' })
    expect(outcome.stderr).toMatch(/^lockerpm: .*\n$/)
    expect(outcome.stderr).toContain(command)
  })

  it.each(['locker-run', 'locker-run --enviroment=x -- true', 'locker-run --access-key-id=x -- true'])(
    'ends with 125 and one line for `%s`',
    async (line) => {
      const { status, stderr } = await new Machine().run(line)
      expect(status).toBe(125)
      expect(stderr).toMatch(/^lockerpm: .*\n$/)
    },
  )
})

describe('a signal to locker-run', () => {
  it('reaches the command, whose status counts', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    const running = machine.start('locker-run -- node patient.js', server.env)
    await running.printed('ready')
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ status: 3, stdout: 'ready\ntold to stop\n', stderr: '' })
  })

  it('ends it as it ended the command', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    const running = machine.start("locker-run -- sh -c 'echo ready; exec sleep 600'", server.env)
    await running.printed('ready')
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ status: undefined, signal: 'SIGTERM' })
  })

  it('ends it at once while it loads, and nothing is started', async () => {
    const machine = new Machine()
    const server = await machine.serve("--fault 'hang'")
    const env = { ...server.env, LOCKER_TIMEOUT_MS: '600000' }
    const running = machine.start('locker-run -- node app.js', env)
    await expect.poll(() => machine.requests().toSorted()).toEqual(LOAD)
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ status: undefined, signal: 'SIGTERM', stdout: '' })
    expect(machine.isStarted).toBe(false)
  })
})
