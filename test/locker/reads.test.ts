import { beforeAll, describe, expect, it } from 'vitest'
import { vectorProject, vectors } from '../dev-server/vectors.ts'
import {
  buildSdk,
  callReader,
  failureOf,
  type Mode,
  openLocker,
  startThreadServer,
  type ThreadServer,
} from './sdk.ts'

const sdk = buildSdk()
const MODES: readonly Mode[] = ['awaiting', 'blocking']

const seed = {
  environments: [
    { name: 'prod', externalUrl: 'https://prod.example', description: 'the real one' },
    { name: 'empty', externalUrl: 'https://empty.example' },
  ],
  secrets: [
    { key: 'SHARED', value: 'of all' },
    { key: 'SHARED', value: 'of prod', environment: 'prod' },
    { key: 'ONLY_ALL', value: 'all only', description: 'for everybody' },
    { key: 'ONLY_PROD', value: 'prod only', environment: 'prod' },
    { key: 'EMPTY', value: '' },
    { key: 'mật khẩu 🔐', value: 'ключ\nwith a line break\0 and NUL' },
    { key: 'db.password', value: 'dotted' },
  ],
}

let server: ThreadServer
beforeAll(async () => {
  const ends: (() => Promise<void>)[] = []
  server = await startThreadServer(sdk(), { seeds: [seed] }, (end) => ends.push(end))
  return () => Promise.all(ends.map((end) => end()))
})

const values = (secrets: unknown) =>
  (secrets as { key: string; value: string; environmentName: string | null }[])
    .map(({ key, value, environmentName }) => `${environmentName ?? 'ALL'}/${key}=${value}`)
    .sort()

describe.each(MODES)('%s', (mode) => {
  describe('list', () => {
    const all = ['ALL/EMPTY=', 'ALL/ONLY_ALL=all only', 'ALL/SHARED=of all', 'ALL/db.password=dotted']
    const unicode = 'ALL/mật khẩu 🔐=ключ\nwith a line break\0 and NUL'
    const prod = ['prod/ONLY_PROD=prod only', 'prod/SHARED=of prod']
    it.each([
      ['nothing', [], [...all, unicode, ...prod]],
      ['undefined', [undefined], [...all, unicode, ...prod]],
      ['null', [null], [...all, unicode]],
      ["''", [''], [...all, unicode]],
      ['ALL', ['ALL'], [...all, unicode]],
      ['a name', ['prod'], prod],
      ['an environment without secrets', ['empty'], []],
    ])('given %s', async (_, args, expected) => {
      expect(values(await callReader(mode, openLocker(sdk(), server), 'list', ...args))).toEqual(expected)
    })

    it('throws for an environment that is not there', async () => {
      const error = await failureOf(callReader(mode, openLocker(sdk(), server), 'list', 'Prod'))
      expect(error).toBeInstanceOf(sdk().sdk.ResourceNotFoundError)
      expect(error.message).toContain('there is no environment "Prod"')
    })

    it('gives out a list of its own each time', async () => {
      const locker = openLocker(sdk(), server)
      const first = (await callReader(mode, locker, 'list')) as unknown[]
      first.length = 0
      expect(await callReader(mode, locker, 'list')).toHaveLength(7)
    })
  })

  describe.each(['by hash', 'from memory'])('get, %s', (how) => {
    const open = async () => {
      const locker = openLocker(sdk(), server)
      if (how === 'from memory') await locker.list()
      return locker
    }

    it.each([
      ["ALL's without an environment", ['SHARED'], 'of all'],
      ["ALL's for undefined", ['SHARED', undefined], 'of all'],
      ["ALL's for null", ['SHARED', null], 'of all'],
      ["ALL's for an empty text", ['SHARED', ''], 'of all'],
      ["ALL's for ALL", ['SHARED', 'ALL'], 'of all'],
      ["the environment's own", ['SHARED', 'prod'], 'of prod'],
      ["ALL's where the environment has none", ['ONLY_ALL', 'prod'], 'all only'],
      ["ALL's where the environment has no secrets at all", ['SHARED', 'empty'], 'of all'],
      ["nothing of another environment's", ['ONLY_PROD'], undefined],
      ["the default for another environment's", ['ONLY_PROD', 'empty', 'default'], 'default'],
      ['an empty value, not the default', ['EMPTY', null, 'default'], ''],
      ['undefined where there is no such key', ['MISSING', 'prod'], undefined],
      ['the default where there is no such key', ['MISSING', 'prod', 'default'], 'default'],
      ['a default that is no text', ['MISSING', null, 42], 42],
      ['a default of null', ['MISSING', null, null], null],
      ['a key and value of any characters', ['mật khẩu 🔐', 'prod'], 'ключ\nwith a line break\0 and NUL'],
      ['nothing for a key in another case', ['shared'], undefined],
    ])('gives %s', async (_, args, expected) => {
      expect(await callReader(mode, await open(), 'get', ...args)).toBe(expected)
    })

    it('throws for an environment that is not there, whatever the default', async () => {
      const error = await failureOf(callReader(mode, await open(), 'get', 'SHARED', 'staging', 'default'))
      expect(error).toMatchObject({ name: 'ResourceNotFoundError', code: 'not_found', statusCode: 404 })
    })

    it.each([
      ['getRequired', 'of prod'],
      ['retrieve', { key: 'SHARED', value: 'of prod', environmentName: 'prod' }],
    ] as const)('%s goes by the same rule', async (method, expected) => {
      const locker = await open()
      const got = await callReader(mode, locker, method, 'SHARED', 'prod')
      if (typeof expected === 'string') expect(got).toBe(expected)
      else expect(got).toMatchObject(expected)
      const error = await failureOf(callReader(mode, locker, method, 'MISSING', 'prod'))
      expect(error).toBeInstanceOf(sdk().sdk.ResourceNotFoundError)
      expect(error).toBeInstanceOf(sdk().sdk.LockerError)
      expect(error.message).toContain('no secret "MISSING" in "prod" or ALL')
    })
  })

  it('retrieve gives every field in camelCase', async () => {
    const secret = (await callReader(mode, openLocker(sdk(), server), 'retrieve', 'SHARED', 'prod')) as object
    expect(JSON.parse(JSON.stringify(secret))).toEqual({
      id: expect.any(String),
      projectId: 1,
      key: 'SHARED',
      value: 'of prod',
      description: '',
      environmentName: 'prod',
      environmentId: expect.any(String),
      environmentHash: expect.stringMatching(/^[\w-]{43}$/),
      secretHash: expect.stringMatching(/^[\w-]{43}$/),
      creationDate: expect.any(Number),
      revisionDate: expect.any(Number),
      updatedDate: null,
      deletedDate: null,
      lastUseDate: null,
    })
  })

  it('lists environments, and finds one by its name', async () => {
    const locker = openLocker(sdk(), server)
    const prod = { name: 'prod', externalUrl: 'https://prod.example', description: 'the real one' }
    expect(await callReader(mode, locker, 'listEnvironments')).toMatchObject([prod, { name: 'empty' }])
    expect(await callReader(mode, locker, 'getEnvironment', 'prod')).toMatchObject(prod)
    expect(await callReader(mode, locker, 'getEnvironment', 'staging')).toBeUndefined()
  })

  describe('environment', () => {
    it.each([
      [
        'ALL unless an environment is configured',
        {},
        [],
        { SHARED: 'of all', ONLY_ALL: 'all only', EMPTY: '' },
      ],
      [
        'the configured environment',
        { environment: 'prod' },
        [],
        { SHARED: 'of prod', ONLY_ALL: 'all only', EMPTY: '', ONLY_PROD: 'prod only' },
      ],
      [
        'ALL for null',
        { environment: 'prod' },
        [null],
        { SHARED: 'of all', ONLY_ALL: 'all only', EMPTY: '' },
      ],
      [
        'ALL overlaid by the environment, after filters and names',
        { include: ['ONLY_*', 'db*'], exclude: 'ONLY_ALL', prefix: 'APP_', transform: 'upper-snake' },
        ['prod'],
        { APP_ONLY_PROD: 'prod only', APP_DB_PASSWORD: 'dotted' },
      ],
    ] as const)('gives %s', async (_, options, args, expected) => {
      const locker = openLocker(sdk(), server, { ...options, logLevel: 0 })
      const map = await callReader(mode, locker, 'environment', ...args)
      expect(Object.getPrototypeOf(map)).toBeNull()
      expect({ ...(map as object) }).toEqual(expected)
    })

    it('throws for an environment that is not there', async () => {
      const error = await failureOf(callReader(mode, openLocker(sdk(), server), 'environment', 'staging'))
      expect(error).toMatchObject({ name: 'ResourceNotFoundError' })
    })

    it('throws when something required is neither there nor in process.env', async () => {
      const locker = openLocker(sdk(), server, {
        required: ['SHARED', 'PATH', 'MISSING', 'EMPTY'],
        logLevel: 0,
      })
      const error = await failureOf(callReader(mode, locker, 'environment'))
      expect(error).toMatchObject({ code: 'locker_error' })
      expect(error.message).toMatch(/MISSING, EMPTY; asked for by the option required$/)
    })
  })

  it.each(Object.entries(vectors.expected))(
    'reads what the official client wrote: %s',
    async (name, expected) => {
      const official = await startThreadServer(sdk(), { projects: [vectorProject] })
      const locker = openLocker(sdk(), official)
      const entries = Object.entries(expected)
      for (const [key, value] of entries) expect(await callReader(mode, locker, 'get', key, name)).toBe(value)
      await official.close()
    },
  )

  it.each([
    ['a key that is empty', 'get', [''], 'the key must not be empty'],
    ['a key that is no text', 'getRequired', [7], 'the key must be a string'],
    ['a key with half a surrogate pair', 'retrieve', ['a\ud800'], 'the key must be valid Unicode'],
    ['an environment that is no text', 'list', [{ fetch: true }], 'the environment must be a string'],
    ['a name that is empty', 'getEnvironment', [''], 'the name must not be empty'],
    ['an option that is not known', 'list', [null, { timeout: 1 }], "a call's options can't have timeout"],
    [
      'an option out of range',
      'list',
      [null, { timeoutMs: 0 }],
      'the option timeoutMs must be a whole number',
    ],
    ['an option of another type', 'get', ['A', null, '', { fetch: 'yes' }], 'the option fetch must be true'],
    ['options that are none', 'list', [null, true], "a call's options must be an object"],
  ] as const)('refuses %s', async (_, method, args, message) => {
    const error = await failureOf(callReader(mode, openLocker(sdk(), server), method, ...args))
    expect(error).toBeInstanceOf(sdk().sdk.LockerError)
    expect(error).toMatchObject({ name: 'LockerError', code: 'locker_error' })
    expect(error.message).toContain(message)
  })
})
