import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Origin } from '../../src/config/config.ts'
import { describeOrigin, settingNames } from '../../src/config/origin.ts'
import { isDisabled, type Sources } from '../../src/config/resolve.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { createMachine, messageOf } from './machine.ts'

describe('defaults', () => {
  it('are those of the documentation', () => {
    const machine = createMachine()
    const { origins, ...config } = machine.resolve()
    expect(config).toMatchObject({
      accessKey: undefined,
      connection: {
        ...{ apiBase: 'https://api.locker.io/locker_secrets', headers: {}, caFile: undefined, unsafe: false },
        ...{ timeoutMs: 10_000, proxies: {} },
      },
      environment: undefined,
      policy: {
        ...{
          override: false,
          include: [],
          exclude: [],
          prefix: '',
          transform: 'none',
          required: [],
          allow: [],
        },
      },
      cacheFolder: join(machine.home, '.locker/lockerpm'),
      ...{ restTimeSeconds: 0, maxStaleSeconds: undefined, fetch: false, snapshotFile: undefined },
      ...{ onError: 'exit', logLevel: 1, keepCredentials: true, disable: false, warnings: [] },
    })
    expect(origins.get('timeoutMs')).toEqual({ source: 'default', name: 'LOCKER_TIMEOUT_MS' })
  })

  it('differ by door where the documentation says so', () => {
    const config = createMachine().resolve({ restTimeSeconds: 120, keepCredentials: false })
    expect(config).toMatchObject({ restTimeSeconds: 120, keepCredentials: false })
  })

  it('have no cache without a home', () => {
    const machine = createMachine()
    expect(machine.resolve({ home: undefined }).cacheFolder).toBeUndefined()
    const env = { LOCKER_CACHE: 'cache' }
    expect(machine.resolve({ home: undefined, env }).cacheFolder).toBe(join(machine.cwd, 'cache'))
  })
})

describe('every setting', () => {
  const TEXTS: Readonly<Record<string, readonly [string, string, unknown]>> = {
    environment: ['environment', 'staging', 'staging'],
    include: ['policy.include', 'A*,B', ['A*', 'B']],
    exclude: ['policy.exclude', 'A*', ['A*']],
    required: ['policy.required', 'A', ['A']],
    override: ['policy.override', 'true', true],
    prefix: ['policy.prefix', 'P_', 'P_'],
    transform: ['policy.transform', 'upper-snake', 'upper-snake'],
    allow: ['policy.allow', 'PATH', ['PATH']],
    apiBase: ['connection.apiBase', 'https://host/', 'https://host'],
    headers: ['connection.headers', 'A: b', { A: 'b' }],
    caFile: ['connection.caFile', '/ca.pem', '/ca.pem'],
    unsafe: ['connection.unsafe', '1', true],
    timeoutMs: ['connection.timeoutMs', '5', 5],
    cache: ['cacheFolder', 'false', undefined],
    restTime: ['restTimeSeconds', '7', 7],
    maxStale: ['maxStaleSeconds', '0', 0],
    fetch: ['fetch', 'true', true],
    snapshot: ['snapshotFile', '/sealed', '/sealed'],
    onError: ['onError', 'warn', 'warn'],
    logLevel: ['logLevel', 'debug', 2],
    keepCredentials: ['keepCredentials', 'false', false],
    disable: ['disable', 'true', true],
  }
  const rows = SETTINGS.filter(({ group, key }) => group !== 'Access' && key !== 'dotenv')

  it.each(rows.map((row) => [row.variable, row] as const))(
    '%s is read from the environment',
    (variable, { key }) => {
      const [path, text, value] = TEXTS[key] ?? ['', '', '']
      expect(createMachine().resolve({ env: { [variable]: text } })).toHaveProperty(path, value)
    },
  )

  it.each(rows.map((row) => [row.variable, row] as const))('%s is read from a .env', (variable, { key }) => {
    const [path, text, value] = TEXTS[key] ?? ['', '', '']
    const machine = createMachine()
    machine.write('.env', `${variable}=${text}`)
    expect(machine.resolve()).toHaveProperty(path, value)
  })
})

describe('precedence', () => {
  const LAYERS = [
    ['flag', { flags: new Map([['timeoutMs', '1']]) }, 1],
    ['option', { options: { timeoutMs: 2 } }, 2],
    ['environment', { env: { LOCKER_TIMEOUT_MS: '3' } }, 3],
    ['.env', {}, 4],
    ['locker.json', {}, 5],
  ] as const satisfies readonly (readonly [Origin['source'], Partial<Sources>, number])[]

  it.each(LAYERS.map(([source], index) => [source, index] as const))(
    'puts %s over all that is below',
    (source, index) => {
      const machine = createMachine()
      const present = LAYERS.slice(index)
      if (present.some(([name]) => name === '.env')) machine.write('.env', 'LOCKER_TIMEOUT_MS=4')
      machine.write('locker.json', { timeoutMs: 5 })
      const changes: Partial<Sources> = Object.assign({}, ...present.map(([, change]) => change))
      const config = machine.resolve(changes)
      expect(config.connection.timeoutMs).toBe(index + 1)
      expect(config.origins.get('timeoutMs')?.source).toBe(source)
    },
  )

  it('counts an empty variable as unset', () => {
    const machine = createMachine()
    machine.write('locker.json', { prefix: 'J_' })
    expect(machine.resolve({ env: { LOCKER_PREFIX: '' } }).policy.prefix).toBe('J_')
  })

  it('counts an undefined option as left out', () => {
    const env = { LOCKER_PREFIX: 'E_' }
    expect(createMachine().resolve({ env, options: { prefix: undefined } }).policy.prefix).toBe('E_')
  })

  it('lets an empty flag switch off what a variable says', () => {
    const env = { LOCKER_PREFIX: 'E_', LOCKER_REQUIRED: 'A' }
    const flags = new Map([
      ['prefix', ''],
      ['required', ''],
    ])
    expect(createMachine().resolve({ env, flags }).policy).toMatchObject({ prefix: '', required: [] })
  })
})

describe('environment', () => {
  it.each([
    ['ALL', { env: { LOCKER_ENVIRONMENT: 'ALL' } }],
    ['null from code', { options: { environment: null }, env: { LOCKER_ENVIRONMENT: 'staging' } }],
    ['empty from code', { options: { environment: '' }, env: { LOCKER_ENVIRONMENT: 'staging' } }],
    ['ALL from a flag', { flags: new Map([['environment', 'ALL']]), env: { LOCKER_ENVIRONMENT: 'staging' } }],
  ])('means ALL when it is %s', (_, changes) => {
    expect(createMachine().resolve(changes).environment).toBeUndefined()
  })

  it('refuses an empty flag, which is what an unset shell variable leaves', () => {
    const flags = new Map([['environment', '']])
    const message = messageOf(() => createMachine().resolve({ flags }))
    expect(message).toBe('--environment must be the name of an environment, or ALL')
  })
})

describe('what asks for required names', () => {
  it('is known where somebody does, and only then', () => {
    const machine = createMachine()
    expect(machine.resolve({ env: { LOCKER_REQUIRED: 'A' } }).policy.requiredBy).toBe('LOCKER_REQUIRED')
    for (const env of [{}, { LOCKER_REQUIRED: ',' }]) {
      expect(machine.resolve({ env }).policy).not.toHaveProperty('requiredBy')
    }
  })
})

describe('bad values', () => {
  it.each<[string, Partial<Sources>, string]>([
    ['a flag', { flags: new Map([['timeoutMs', 'canary']]) }, '--timeout-ms must be'],
    ['an option', { options: { timeoutMs: 'canary' } }, 'the option timeoutMs must be'],
    ['a variable', { env: { LOCKER_TIMEOUT_MS: 'canary' } }, 'LOCKER_TIMEOUT_MS must be'],
    ['a base', { env: { LOCKER_API_BASE: 'http://canary' } }, 'LOCKER_API_BASE must be an https: URL'],
    [
      'a base with a password',
      { env: { LOCKER_API_BASE: 'https://a:canary@b' } },
      'LOCKER_API_BASE must not have',
    ],
    ['a header', { env: { LOCKER_HEADERS: 'Host: canary' } }, 'LOCKER_HEADERS must not set the header host'],
    [
      'no header',
      { env: { LOCKER_HEADERS: 'canary' } },
      'LOCKER_HEADERS must be `Name: value, Name2: value2`',
    ],
    ['a boolean', { env: { LOCKER_UNSAFE: 'canary' } }, 'LOCKER_UNSAFE must be true, false, 1 or 0'],
    [
      'an unknown option',
      { options: { enviroment: 'canary' } },
      'enviroment is not known; did you mean environment?',
    ],
    ['an option that is none', { options: { onError: 'canary' } }, 'the option onError is not known'],
  ])('names the origin of %s, never the value', (_, changes, expected) => {
    const message = messageOf(() => createMachine().resolve(changes))
    expect(message).toContain(expected)
    expect(message).not.toContain('canary')
  })

  it('names the file and the variable of a bad value in a .env', () => {
    const machine = createMachine()
    const file = machine.write('.env', 'LOCKER_TRANSFORM=canary')
    expect(messageOf(() => machine.resolve())).toBe(`LOCKER_TRANSFORM in ${file} must be none or upper-snake`)
  })
})

describe('warnings', () => {
  it('name what a misspelt variable was probably meant to be', () => {
    const env = {
      LOCKER_ENVIROMENT: 'x',
      LOCKER_TIMEOUT: '1',
      LOCKER_ACCESS_KEY_ID_FIEL: 'x',
      LOCKERPM_LOADED: 'x',
    }
    expect(createMachine().resolve({ env }).warnings).toEqual([
      'LOCKER_ENVIROMENT is not a setting; did you mean LOCKER_ENVIRONMENT?',
      'LOCKER_ACCESS_KEY_ID_FIEL is not a setting; did you mean LOCKER_ACCESS_KEY_ID_FILE?',
    ])
  })

  it('are silent about other programs’ variables and about empty ones', () => {
    expect(
      createMachine().resolve({
        env: { LOCKER_HOME_PAGE: 'x', LOCKER_FETCHH: '', LOKER_FETCH: 'x', OCKER_CACHE: 'x' },
      }).warnings,
    ).toEqual([])
  })

  it('say every time that certificates are not checked, and on whose word', () => {
    const warnings = createMachine().resolve({ env: { LOCKER_UNSAFE: 'true' } }).warnings
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^LOCKER_UNSAFE is true: any certificate is accepted/)
    expect(createMachine().resolve({ env: { LOCKER_UNSAFE: 'false' } }).warnings).toEqual([])
  })
})

describe('isDisabled', () => {
  it.each([
    [{}, false],
    [{ LOCKER_DISABLE: '' }, false],
    [{ LOCKER_DISABLE: '0' }, false],
    [{ LOCKER_DISABLE: 'true' }, true],
  ])('reads %j', (env, disabled) => {
    expect(isDisabled(env)).toBe(disabled)
  })

  it('refuses what is no boolean, by name', () => {
    expect(messageOf(() => isDisabled({ LOCKER_DISABLE: 'yes' }))).toBe(
      'LOCKER_DISABLE must be true, false, 1 or 0',
    )
  })
})

describe('what came from where', () => {
  it.each<[Origin, string]>([
    [{ source: 'flag', name: '--prefix' }, '--prefix'],
    [{ source: 'option', name: 'prefix' }, 'the option prefix'],
    [{ source: 'environment', name: 'LOCKER_PREFIX' }, 'LOCKER_PREFIX'],
    [{ source: '.env', name: 'LOCKER_PREFIX', file: '/a\n/.env' }, 'LOCKER_PREFIX in /a\\u000a/.env'],
  ])('is told as %j', (origin, text) => {
    expect(describeOrigin(origin)).toBe(text)
  })

  it('names for an error of the service the settings to look at', () => {
    const config = createMachine().resolve({
      flags: new Map([['timeoutMs', '5']]),
      options: { environment: 'a' },
    })
    expect(settingNames(config)).toEqual({
      apiBase: 'LOCKER_API_BASE',
      accessKeyId: 'LOCKER_ACCESS_KEY_ID',
      timeoutMs: '--timeout-ms',
      environment: 'the option environment',
    })
  })
})

describe('the result', () => {
  it('is frozen', () => {
    const config = createMachine().resolve()
    for (const part of [config, config.policy, config.connection, config.connection.proxies]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})
