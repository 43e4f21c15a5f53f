import { describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { Machine } from './machine.ts'
import { linesOf } from './programs.ts'

const REGISTER = 'node -r lockerpm/register app.js'
const LOAD = ['/v1/profile', '/v1/secrets']

describe('locker-dev -- node -r lockerpm/register app.js', () => {
  it('gives the values of the environment, and those of ALL that it has not', async () => {
    const { status, stdout, stderr, requests } = await new Machine().runWithServer(
      `${REGISTER} DATABASE_URL API_TOKEN STAGING_ONLY`,
      { LOCKER_ENVIRONMENT: 'production' },
    )
    expect(stdout).toBe(
      linesOf({ ...VALUES.production, API_TOKEN: VALUES.ALL.API_TOKEN, STAGING_ONLY: undefined }),
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it.each([{}, { LOCKER_ENVIRONMENT: 'ALL' }, { LOCKER_ENVIRONMENT: '' }])(
    'gives the values of ALL with %o',
    async (env) => {
      const { stdout, stderr } = await new Machine().runWithServer(
        `${REGISTER} DATABASE_URL API_TOKEN STAGING_ONLY`,
        env,
      )
      expect(stdout).toBe(linesOf({ ...VALUES.ALL, STAGING_ONLY: undefined }))
      expect(stderr).toBe('')
    },
  )

  it('starts with an environment that has no secrets of its own', async () => {
    const outcome = await new Machine().runWithServer(`${REGISTER} DATABASE_URL`, {
      LOCKER_ENVIRONMENT: 'empty',
    })
    expect(outcome).toMatchObject({
      status: 0,
      stdout: linesOf({ DATABASE_URL: VALUES.ALL.DATABASE_URL }),
      stderr: '',
    })
  })

  it.each([
    ['mine', 'keeps a variable that is set', {}],
    [VALUES.ALL.DATABASE_URL, 'replaces it with LOCKER_OVERRIDE=true', { LOCKER_OVERRIDE: 'true' }],
    [VALUES.ALL.DATABASE_URL, 'replaces one that is named', { LOCKER_OVERRIDE: 'X,DATABASE_URL' }],
    ['mine', 'keeps one that is not named', { LOCKER_OVERRIDE: 'API_TOKEN' }],
  ])('prints %s: it %s', async (expected, _, env) => {
    const outcome = await new Machine().runWithServer(`${REGISTER} DATABASE_URL`, {
      DATABASE_URL: 'mine',
      ...env,
    })
    expect(outcome).toMatchObject({ stdout: linesOf({ DATABASE_URL: expected }), stderr: '' })
  })

  it('puts LOCKER_PREFIX before the names of secrets', async () => {
    const { stdout } = await new Machine().runWithServer(`${REGISTER} DATABASE_URL APP_DATABASE_URL`, {
      LOCKER_PREFIX: 'APP_',
    })
    expect(stdout).toBe(linesOf({ DATABASE_URL: undefined, APP_DATABASE_URL: VALUES.ALL.DATABASE_URL }))
  })

  it('starts when everything in LOCKER_REQUIRED is there, wherever it is from', async () => {
    const { status, stderr } = await new Machine().runWithServer(REGISTER, {
      LOCKER_REQUIRED: 'DATABASE_URL,API_TOKEN,HOME',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('names all that is missing from LOCKER_REQUIRED, and does not start', async () => {
    const machine = new Machine()
    const { status, stderr } = await machine.runWithServer(REGISTER, {
      LOCKER_REQUIRED: 'STAGING_ONLY,DATABASE_URL,EMPTY',
      EMPTY: '',
    })
    expect(status).toBe(125)
    expect(stderr).toBe(
      'lockerpm: the program was not started: required variables are missing or empty: STAGING_ONLY, EMPTY; asked for by LOCKER_REQUIRED\n',
    )
    expect(machine.isStarted).toBe(false)
  })

  it('reads .env: over secrets, under what is set, its LOCKER_* as settings', async () => {
    const machine = new Machine()
    machine.write('.env', 'LOCKER_ENVIRONMENT=staging\nAPI_TOKEN=from-file\nHOME=/nowhere\nSHOWN=yes\n')
    const { stdout, stderr } = await machine.runWithServer(
      `${REGISTER} DATABASE_URL API_TOKEN HOME SHOWN LOCKER_ENVIRONMENT`,
    )
    expect(stdout).toBe(
      linesOf({
        DATABASE_URL: VALUES.staging.DATABASE_URL,
        API_TOKEN: 'from-file',
        HOME: machine.home,
        SHOWN: 'yes',
        LOCKER_ENVIRONMENT: undefined,
      }),
    )
    expect(stderr).toContain('left out: HOME (')
  })

  it('does nothing with LOCKER_DISABLE', async () => {
    const { stdout, requests } = await new Machine().runWithServer(`${REGISTER} DATABASE_URL`, {
      LOCKER_DISABLE: 'true',
    })
    expect(stdout).toBe(linesOf({ DATABASE_URL: undefined }))
    expect(requests).toEqual([])
  })
})

describe('the other ways in', () => {
  it.each([
    ['--import with an ES module', 'node --import lockerpm/register app.mjs DATABASE_URL'],
    ['--import with CommonJS', 'node --import lockerpm/register app.js DATABASE_URL'],
    ['-r with an ES module', 'node -r lockerpm/register app.mjs DATABASE_URL'],
    ["an ES module's first import, beside ./config.js", 'node esm/main.js'],
    ["a program's first require", 'node required.js'],
  ])('%s: the program sees the secrets, after one load', async (_, command) => {
    const { status, stdout, stderr, requests } = await new Machine().runWithServer(command, {
      LOCKER_ENVIRONMENT: 'production',
    })
    expect(stdout).toBe(linesOf(VALUES.production))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it.each(['-r', '--import'])('NODE_OPTIONS="%s lockerpm/register" npm start: one load', async (flag) => {
    const machine = new Machine()
    machine.write(
      'package.json',
      '{ "name": "app", "scripts": { "start": "node app.js DATABASE_URL API_TOKEN" } }',
    )
    const { status, stdout, requests } = await machine.runWithServer('npm start --silent', {
      NODE_OPTIONS: `${flag} lockerpm/register`,
      LOCKER_ENVIRONMENT: 'production',
      npm_config_update_notifier: 'false',
    })
    expect(status).toBe(0)
    expect(stdout).toBe(linesOf({ ...VALUES.production, API_TOKEN: VALUES.ALL.API_TOKEN }))
    expect(requests.toSorted()).toEqual(LOAD)
  })
})

describe('an application of many processes', () => {
  const production = { ...VALUES.production, API_TOKEN: VALUES.ALL.API_TOKEN, STAGING_ONLY: undefined }
  const places = ['main', 'worker', 'fork', 'cluster']
  const ofOneScope = places.map((place) => linesOf(production, place)).join('')

  it('loads once for its worker threads, its forks and its cluster', async () => {
    const { stdout, stderr, requests } = await new Machine().runWithServer(
      'node -r lockerpm/register processes.js main',
      { LOCKER_ENVIRONMENT: 'production' },
    )
    expect(stdout).toBe(ofOneScope)
    expect(stderr).toBe('')
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it('loads again for a child of another environment, which gets its own values only', async () => {
    const { stdout, stderr, requests } = await new Machine().runWithServer(
      'node -r lockerpm/register processes.js main development',
      { LOCKER_ENVIRONMENT: 'production', LOCKER_CACHE: 'false' },
    )
    const development = {
      ...VALUES.development,
      API_TOKEN: VALUES.ALL.API_TOKEN,
      STAGING_ONLY: undefined,
    }
    expect(stdout).toBe(ofOneScope + linesOf(development, 'development'))
    expect(stderr).toBe('')
    expect(requests.toSorted()).toEqual(['/v1/profile', '/v1/profile', '/v1/secrets', '/v1/secrets'])
  })

  it('takes away from a child of another environment what that one has not', async () => {
    const { stdout } = await new Machine().runWithServer(
      'node -r lockerpm/register processes.js main production',
      { LOCKER_ENVIRONMENT: 'staging' },
    )
    expect(stdout).toContain(linesOf({ STAGING_ONLY: VALUES.staging.STAGING_ONLY }, 'main'))
    expect(stdout).toContain(linesOf(production, 'production'))
  })
})
