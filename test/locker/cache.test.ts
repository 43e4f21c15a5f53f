import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { MAX_KEPT_SECRETS } from '../../src/vault/read-project.ts'
import { makeFolder } from '../sync/bundles.ts'
import {
  buildSdk,
  callReader,
  failureOf,
  type Mode,
  openLocker,
  type Reader,
  type Sdk,
  startThreadServer,
  type ThreadServer,
} from './sdk.ts'

const sdk = buildSdk()
const MODES: readonly Mode[] = ['awaiting', 'blocking']

const seed = {
  environments: [{ name: 'prod', externalUrl: 'https://prod.example' }],
  secrets: [
    { key: 'A', value: 'a' },
    { key: 'B', value: 'b', environment: 'prod' },
  ],
}

async function start(options: Sdk.LockerOptions = {}) {
  const server = await startThreadServer(sdk(), { seeds: [seed] })
  return { server, locker: openLocker(sdk(), server, options) }
}

const byHash = 'GET /v1/secrets?hash'
const environmentByHash = 'GET /v1/environments?hash'
const isUnchanged = ['GET /v1/sync/revision_date', 'GET /v1/sync/deleted_item_date']
const delta = ['GET /v1/secrets?since', 'GET /v1/sync/secrets/count']
const asks = async (server: ThreadServer) => (await server.asked()).sort()
const sorted = (lines: readonly string[]) => [...lines].sort()

describe.each(MODES)('%s', (mode) => {
  const read = (locker: Sdk.Locker, method: Reader, ...args: readonly unknown[]) =>
    callReader(mode, locker, method, ...args)

  describe('one key of a project that is not known yet', () => {
    it('is asked for by its hash, once within restTime', async () => {
      const { server, locker } = await start()
      await read(locker, 'get', 'A')
      expect(await server.asked()).toEqual(['GET /v1/profile', byHash])
      await read(locker, 'get', 'A')
      await read(locker, 'getRequired', 'A')
      await read(locker, 'retrieve', 'A')
      expect(await server.asked()).toEqual([])
    })

    it('is opened once', async () => {
      const { locker } = await start()
      expect(await read(locker, 'retrieve', 'A')).toBe(await read(locker, 'retrieve', 'A'))
    })

    it('is asked for beside its environment, which is then known', async () => {
      const { server, locker } = await start()
      await read(locker, 'get', 'B', 'prod')
      expect(await asks(server)).toEqual(sorted(['GET /v1/profile', byHash, environmentByHash]))
      await read(locker, 'get', 'A', 'prod')
      expect(await server.asked()).toEqual([byHash])
      await read(locker, 'get', 'B')
      expect(await server.asked()).toEqual([])
    })

    it('is remembered as missing as well', async () => {
      const { server, locker } = await start()
      expect(await read(locker, 'get', 'Z')).toBeUndefined()
      await server.asked()
      expect(await read(locker, 'get', 'Z')).toBeUndefined()
      expect(await server.asked()).toEqual([])
    })

    it.each([
      ['restTime: 0', { restTime: 0 }],
      ['fetch: true', { fetch: true }],
    ])('is asked for each time with %s of the Locker', async (_, options) => {
      const { server, locker } = await start(options)
      await read(locker, 'get', 'A')
      await server.asked()
      await read(locker, 'get', 'A')
      expect(await server.asked()).toEqual([byHash])
    })

    it.each([[{ restTime: 0 }], [{ fetch: true }]])(
      'is asked for again with %j of the call',
      async (options) => {
        const { server, locker } = await start()
        await read(locker, 'get', 'A')
        await server.asked()
        await read(locker, 'get', 'A', null, '', options)
        expect(await server.asked()).toEqual([byHash])
        await read(locker, 'get', 'A')
        expect(await server.asked()).toEqual([])
      },
    )
  })

  describe('a project that was read', () => {
    it('is kept, and answers everything about secrets', async () => {
      const { server, locker } = await start()
      await read(locker, 'list')
      expect(await asks(server)).toEqual(['GET /v1/profile', 'GET /v1/secrets'])
      await read(locker, 'list', 'prod')
      await read(locker, 'get', 'B', 'prod')
      await read(locker, 'environment', 'prod')
      expect(await server.asked()).toEqual([])
    })

    it('is asked about after restTime, in one round trip if nothing has changed', async () => {
      const { server, locker } = await start()
      await read(locker, 'list')
      await server.asked()
      expect(await read(locker, 'get', 'A', null, '', { restTime: 0 })).toBe('a')
      expect(await asks(server)).toEqual(sorted(isUnchanged))
    })

    it('is brought up to date by what has changed', async () => {
      const { server, locker } = await start()
      await read(locker, 'list')
      await server.asked()
      await server.project('setSecret', { key: 'A', value: 'a2' })
      expect(await read(locker, 'get', 'A')).toBe('a')
      expect(await read(locker, 'get', 'A', null, '', { restTime: 0 })).toBe('a2')
      expect(await asks(server)).toEqual(sorted([...isUnchanged, ...delta]))
      expect(await read(locker, 'list')).toHaveLength(2)
      expect(await server.asked()).toEqual([])
    })

    it('is read anew when something was deleted', async () => {
      const { server, locker } = await start()
      await read(locker, 'list')
      await server.asked()
      await server.project('deleteSecret', 'A')
      expect(await read(locker, 'list', undefined, { restTime: 0 })).toHaveLength(1)
      expect(await asks(server)).toEqual(sorted([...isUnchanged, 'GET /v1/secrets']))
    })

    it('is passed over with fetch: true, and what was read then is kept', async () => {
      const { server, locker } = await start()
      await read(locker, 'list')
      await server.project('setSecret', { key: 'A', value: 'a2' })
      await server.asked()
      await read(locker, 'list', undefined, { fetch: true })
      expect(await server.asked()).toEqual(['GET /v1/secrets'])
      expect(await read(locker, 'get', 'A')).toBe('a2')
      expect(await server.asked()).toEqual([])
    })

    it('is asked about when one key, read with fetch: true, is newer', async () => {
      const { server, locker } = await start()
      await read(locker, 'list')
      await server.project('setSecret', { key: 'A', value: 'a2' })
      expect(await read(locker, 'get', 'A', null, '', { fetch: true })).toBe('a2')
      await server.asked()
      expect(await read(locker, 'get', 'A')).toBe('a2')
      expect(await asks(server)).toEqual(sorted([...isUnchanged, ...delta]))
    })

    it('asks about an environment that no secret names, once', async () => {
      const { server, locker } = await start()
      await server.project('setEnvironment', { name: 'empty', externalUrl: 'https://empty.example' })
      await read(locker, 'list')
      await server.asked()
      expect(await read(locker, 'list', 'empty')).toEqual([])
      expect(await read(locker, 'get', 'A', 'empty')).toBe('a')
      expect(await server.asked()).toEqual([environmentByHash])
    })
  })

  it('environments are remembered for restTime as well', async () => {
    const { server, locker } = await start()
    await read(locker, 'listEnvironments')
    await read(locker, 'getEnvironment', 'prod')
    await server.asked()
    await read(locker, 'listEnvironments')
    await read(locker, 'getEnvironment', 'prod')
    expect(await server.asked()).toEqual([])
  })

  it('a project that is too large to keep is read page by page, and one of its keys by its hash', async () => {
    const secrets = Array.from({ length: MAX_KEPT_SECRETS + 1 }, (_, index) => ({
      key: `K${index}`,
      value: `v${index}`,
    }))
    const cache = makeFolder()
    const server = await startThreadServer(sdk(), { seeds: [{ environments: [], secrets }] })
    const locker = openLocker(sdk(), server, { cache })
    const pages = ['GET /v1/secrets', 'GET /v1/secrets?page=2', 'GET /v1/secrets?page=3']
    const listed = (await read(locker, 'list')) as Sdk.Secret[]
    expect(listed.map(({ key, value }) => ({ key, value }))).toEqual(secrets)
    expect(await asks(server)).toEqual(sorted(['GET /v1/profile', ...pages]))
    expect(await read(locker, 'get', 'K77')).toBe('v77')
    expect(await server.asked()).toEqual([byHash])
    expect(await read(locker, 'list', 'ALL')).toHaveLength(secrets.length)
    expect(await asks(server)).toEqual(sorted(pages))
    expect(readdirSync(cache)).toEqual([])
  })

  describe('the cache on disk', () => {
    it('is sealed, and read by the next Locker', async () => {
      const cache = join(makeFolder(), 'cache')
      const { server, locker } = await start({ cache })
      await read(locker, 'list')
      const files = readdirSync(cache)
      expect(files).toEqual([expect.stringMatching(/\.snapshot$/)])
      expect(statSync(join(cache, files[0] ?? '')).mode & 0o777).toBe(0o600)
      await server.asked()
      const next = openLocker(sdk(), server, { cache })
      expect(await read(next, 'get', 'B', 'prod')).toBe('b')
      expect(await read(next, 'list')).toHaveLength(2)
      expect(await server.asked()).toEqual([])
      const fetching = openLocker(sdk(), server, { cache, fetch: true })
      expect(await read(fetching, 'get', 'B', 'prod')).toBe('b')
      expect(await asks(server)).toEqual(sorted(['GET /v1/profile', byHash, environmentByHash]))
    })

    it('is asked about when it is older than restTime', async () => {
      const cache = join(makeFolder(), 'cache')
      const { server, locker } = await start({ cache })
      await read(locker, 'list')
      await server.asked()
      const next = openLocker(sdk(), server, { cache, restTime: 0 })
      expect(await read(next, 'get', 'A')).toBe('a')
      expect(await asks(server)).toEqual(sorted(isUnchanged))
    })

    it('is deleted when the access key is refused', async () => {
      const cache = join(makeFolder(), 'cache')
      const { server, locker } = await start({ cache })
      await read(locker, 'list')
      await server.project('changeAccessKey', server.accessKeyId, { activated: false })
      expect(await failureOf(read(locker, 'list', null, { restTime: 0 }))).toMatchObject({
        code: 'unauthorized',
      })
      expect(readdirSync(cache)).toEqual([])
      expect(await failureOf(read(locker, 'get', 'A'))).toMatchObject({ code: 'unauthorized' })
    })
  })

  describe('during an outage', () => {
    it('what was read stands in', async () => {
      const { server, locker } = await start({ logLevel: 0 })
      await read(locker, 'list')
      await server.setFaults('status=501')
      expect(await read(locker, 'get', 'A', null, 'default', { restTime: 0 })).toBe('a')
      expect(await read(locker, 'list', 'prod', { restTime: 0 })).toHaveLength(1)
    })

    it('the service is asked again after a while, and each time with restTime: 0', async () => {
      const { server, locker } = await start({ logLevel: 0, restTime: 2 })
      await read(locker, 'list')
      await server.setFaults('status=501')
      await vi.waitFor(async () => {
        await read(locker, 'get', 'A')
        expect(await server.asked()).toContain(isUnchanged[0])
      }, 10_000)
      await read(locker, 'get', 'A')
      await read(locker, 'get', 'A')
      expect(await server.asked()).toEqual([])
      await read(locker, 'get', 'A', null, '', { restTime: 0 })
      expect(await server.asked()).toContain(isUnchanged[0])
      await server.setFaults('')
      await server.project('setSecret', { key: 'A', value: 'a2' })
      expect(await read(locker, 'get', 'A', null, '', { restTime: 0 })).toBe('a2')
    })

    it.each([
      ['with maxStale: 0', { maxStale: 0 }, {}],
      ['with fetch: true', {}, { fetch: true }],
    ])('nothing stands in %s', async (_, options, callOptions) => {
      const { server, locker } = await start({ logLevel: 0, ...options })
      await read(locker, 'list')
      await server.setFaults('status=501')
      const error = await failureOf(
        read(locker, 'get', 'A', null, 'default', { restTime: 0, ...callOptions }),
      )
      expect(error).toMatchObject({ code: 'server_error', statusCode: 501 })
    })

    it('nothing stands in that was read before a write of the same Locker', async () => {
      const { server, locker } = await start({ logLevel: 0 })
      await read(locker, 'list')
      await locker.modify('A', null, { value: 'a2' })
      await server.setFaults('status=501')
      expect(await failureOf(read(locker, 'get', 'A', null, 'default'))).toMatchObject({ statusCode: 501 })
    })
  })
})

describe('reads at the same time', () => {
  it('share their requests', async () => {
    const { server, locker } = await start()
    const reads = Array.from({ length: 20 }, (_, index) => (index % 2 ? locker.list() : locker.get('A')))
    await Promise.all(reads)
    expect(await asks(server)).toEqual(sorted(['GET /v1/profile', 'GET /v1/secrets', byHash]))
  })

  it('share the question whether anything has changed', async () => {
    const { server, locker } = await start()
    await locker.list()
    await server.asked()
    const options = { restTime: 0 }
    await Promise.all([
      locker.list(null, options),
      locker.get('A', null, '', options),
      locker.environment('prod', options),
    ])
    expect(await asks(server)).toEqual(sorted(isUnchanged))
  })

  it('share a failure, and the next one asks anew', async () => {
    const { server, locker } = await start()
    await server.setFaults('/v1/profile #1 status=500')
    const failures = await Promise.all([failureOf(locker.get('A')), failureOf(locker.get('B'))])
    expect(failures).toMatchObject([{ statusCode: 500 }, { statusCode: 500 }])
    expect(await locker.get('A')).toBe('a')
  })

  it('do not share an answer from before a write', async () => {
    const { server, locker } = await start({ restTime: 0 })
    await locker.get('A')
    await server.asked()
    await server.setFaults('GET /v1/secrets* #1 drip=10')
    const before = locker.get('N')
    await vi.waitFor(async () => expect(await server.asked()).toEqual([byHash]))
    await locker.create({ key: 'N', value: 'n' })
    expect(await locker.get('N')).toBe('n')
    expect(await before).toBeUndefined()
  })
})
