import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'
import { configFor, type Overrides, start } from './drive.ts'

const CANARY = 'canary-5ce1b0'
const SEED = {
  secrets: [
    { key: 'A', value: `${CANARY}-a` },
    { key: 'B', value: `${CANARY}-b` },
    { key: 'A', value: `${CANARY}-a-prod`, environment: 'production' },
  ],
  environments: [{ name: 'empty', externalUrl: 'https://empty.example' }],
}

let server: DevServer
let folder: string
beforeEach(async () => {
  server = await startDevServer({ seeds: [SEED] })
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const config = (overrides: Overrides = {}) => configFor(server, { cacheFolder: folder, ...overrides })
/** Paths asked for since the last call of this. */
const requested = (() => {
  let seen = 0
  return () => {
    if (server.requests.length < seen) seen = 0
    const paths = server.requests.slice(seen).map(({ url }) => url.replace(/\?.*/, ''))
    seen = server.requests.length
    return paths.sort()
  }
})()
beforeEach(() => void requested())
const COLD = ['/v1/profile', '/v1/secrets']
const REVALIDATION = ['/v1/sync/deleted_item_date', '/v1/sync/revision_date']
const DELTA = ['/v1/secrets', ...REVALIDATION, '/v1/sync/secrets/count']

describe('with a cache', () => {
  it('a cold start asks twice, and a start within restTime asks nothing', async () => {
    const cold = await start(config())
    expect(requested()).toEqual(COLD)
    const warm = await start(config({ restTimeSeconds: 60 }))
    expect(requested()).toEqual([])
    const freshView = {
      file: expect.any(String),
      signature: expect.any(String),
      validatedAtMs: expect.any(Number),
    }
    expect(warm).toEqual({ ...cold, freshView })
    expect(cold.all.get('A')).toBe(`${CANARY}-a`)
  })

  it('says at level 2 what the cache was good for', async () => {
    await start(config())
    const lines: string[] = []
    await start(config({ restTimeSeconds: 60 }), lines)
    await start(config(), lines)
    server.project.setSecret({ key: 'B', value: 'new' })
    await start(config(), lines)
    const decisions = lines.filter((line) => line.includes('cache'))
    expect(decisions).toEqual([
      expect.stringContaining('used the cache, validated 0 s ago'),
      expect.stringContaining('used the cache: nothing has changed since'),
      expect.stringContaining('brought the cache up to date: changed secrets 1'),
    ])
  })

  it('with restTime 0 the next start asks whether anything has changed', async () => {
    await start(config())
    requested()
    await start(config())
    expect(requested()).toEqual(REVALIDATION)
  })

  it('a changed value comes as a delta', async () => {
    await start(config())
    server.project.setSecret({ key: 'B', value: 'new' })
    requested()
    expect((await start(config())).all.get('B')).toBe('new')
    expect(requested()).toEqual(DELTA)
    await start(config())
    expect(requested()).toEqual(REVALIDATION)
  })

  it('after a deletion everything is read again', async () => {
    await start(config())
    server.project.deleteSecret('B')
    requested()
    expect((await start(config())).all.has('B')).toBe(false)
    expect(requested()).toEqual([...COLD, ...REVALIDATION].sort())
  })

  it('the first start of another environment is made from the project that is there', async () => {
    await start(config())
    requested()
    const production = await start(config({ environment: 'production', restTimeSeconds: 60 }))
    expect(production.environment.get('A')).toBe(`${CANARY}-a-prod`)
    expect(requested()).toEqual([])
  })

  it('an environment that no secret names is asked for once', async () => {
    await start(config({ environment: 'empty' }))
    expect(requested()).toEqual([...COLD, '/v1/environments'].sort())
    await start(config({ environment: 'empty', restTimeSeconds: 60 }))
    expect(requested()).toEqual([])
  })

  it('an environment that does not exist is an error, also beside a good cache', async () => {
    await start(config({ restTimeSeconds: 60 }))
    await expect(start(config({ environment: 'prodution', restTimeSeconds: 60 }))).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('`fetch` never looks at the cache', async () => {
    await start(config())
    requested()
    await start(config({ fetch: true, restTimeSeconds: 60 }))
    expect(requested()).toEqual(COLD)
  })

  it('a file from the future is not fresh', async () => {
    await start(config())
    requested()
    await start(config({ restTimeSeconds: 60 }), [], { now: () => Date.now() - 3_600_000 })
    expect(requested()).toEqual(REVALIDATION)
  })

  it('holds no plaintext, no name and no address', async () => {
    await start(config())
    for (const file of readdirSync(folder)) {
      expect(file).toMatch(/^\w{11}(\.\w{11})?\.(snapshot|view)$/)
      expect(readFileSync(join(folder, file), 'latin1')).not.toMatch(
        new RegExp(`${CANARY}|${server.accessKeyId}|${new URL(server.apiBase).port}`),
      )
    }
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('a server at an older revision is not believed, but for `fetch`', async () => {
    const moment = Date.now()
    const older = await startDevServer({
      seeds: [SEED],
      nowMs: () => moment - 60_000,
      dataFile: join(folder, 'data'),
    })
    const state = readFileSync(join(folder, 'data'))
    older.project.setSecret({ key: 'B', value: 'newer' })
    const cacheFolder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
    await start(configFor(older, { cacheFolder }))
    const port = Number(new URL(older.apiBase).port)
    await older.close()
    writeFileSync(join(folder, 'data'), state, { mode: 0o600 })
    const restored = await startDevServer({ dataFile: join(folder, 'data'), port })
    const lines: string[] = []
    const kept = await start(configFor(restored, { cacheFolder, logLevel: 1 }), lines)
    expect(kept.all.get('B')).toBe('newer')
    expect(lines).toEqual([expect.stringContaining('older revision')])
    const taken = await start(configFor(restored, { cacheFolder, fetch: true }))
    expect(taken.all.get('B')).toBe(`${CANARY}-b`)
    await restored.close()
    rmSync(cacheFolder, { recursive: true })
  })
})

describe('the result of a delta is that of a full load', () => {
  const key = fc.constantFrom('A', 'B', 'C', 'D')
  const environment = fc.constantFrom(undefined, 'production', 'staging')
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ set: fc.record({ key, environment, value: fc.string() }) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.record({ key, environment }) }) },
    { weight: 2, arbitrary: fc.constantFrom('start' as const, 'start in production' as const) },
  )

  it('whatever was written, deleted and started before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (history, maxPageSize) => {
          const own = await startDevServer({ seeds: [SEED], maxPageSize })
          const cacheFolder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
          try {
            for (const event of history) {
              if (event === 'start') await start(configFor(own, { cacheFolder }))
              else if (event === 'start in production')
                await start(configFor(own, { cacheFolder, environment: 'production' }))
              else if ('set' in event)
                own.project.setSecret(
                  event.set.environment === undefined
                    ? { key: event.set.key, value: event.set.value }
                    : { ...event.set, environment: event.set.environment },
                )
              else if (own.project.findSecret(event.remove.key, event.remove.environment))
                own.project.deleteSecret(event.remove.key, event.remove.environment)
            }
            if (own.project.findEnvironment('production') === undefined) return
            for (const name of [undefined, 'production']) {
              const cached = await start(configFor(own, { cacheFolder, environment: name }))
              const whole = await start(configFor(own, { environment: name }))
              expect(new Map([...cached.all].sort())).toEqual(new Map([...whole.all].sort()))
              expect(new Map([...cached.environment].sort())).toEqual(new Map([...whole.environment].sort()))
            }
          } finally {
            await own.close()
            rmSync(cacheFolder, { recursive: true })
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('during an outage', () => {
  const OUTAGES = [
    ['reset', 'reset'],
    ['a server that fails', 'status=500'],
    ['a gateway that fails', 'status=502'],
    ['too many requests', 'status=429'],
  ] as const

  it.each(OUTAGES)('%s: starts with the cache and says so in one line', async (_, faults) => {
    await start(config())
    server.setFaults(faults)
    const lines: string[] = []
    const secrets = await start(config({ logLevel: 1 }), lines)
    expect(secrets.all.get('A')).toBe(`${CANARY}-a`)
    expect(lines).toEqual([expect.stringMatching(/^lockerpm: started with the cache, \d+ s old, because/)])
  })

  it('a server that is gone: starts with the cache', async () => {
    await start(config())
    await server.close()
    expect((await start(config())).all.get('A')).toBe(`${CANARY}-a`)
  })

  it('a server that never answers: starts with the cache long before the deadline', async () => {
    await start(config())
    server.setFaults('hang')
    const lines: string[] = []
    await start(config({ timeoutMs: 600_000, logLevel: 1 }), lines)
    expect(lines).toEqual([expect.stringContaining('within 2000 ms')])
  })

  it('after maxStale, or with maxStale 0, does not start, and says why', async () => {
    await start(config())
    await server.close()
    const later = { now: () => Date.now() + 7_200_000 }
    const refused = start(config({ maxStaleSeconds: 7200 }), [], later)
    await expect(refused).rejects.toThrow("The cache can't stand in: it is 2 h old (LOCKER_MAX_STALE)")
    await expect(start(config({ maxStaleSeconds: 0 }))).rejects.toMatchObject({ code: 'http_error' })
    expect((await start(config({ maxStaleSeconds: 7300 }), [], later)).all.get('A')).toBe(`${CANARY}-a`)
  })

  it('a cache from the future does not stand in, because nobody knows its age', async () => {
    await start(config())
    await server.close()
    const earlier = { now: () => Date.now() - 7_200_000 }
    await expect(start(config(), [], earlier)).rejects.toThrow('it is from the future: check the clock')
  })

  it('with a cache that was tampered with, does not start, and says why', async () => {
    await start(config())
    await server.close()
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file))
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
      writeFileSync(join(folder, file), bytes)
    }
    await expect(start(config())).rejects.toThrow(/The cache can't stand in: it was changed/)
  })
})

it('a tampered file is as good as none, and the next good load replaces it', async () => {
  await start(config())
  for (const file of readdirSync(folder)) writeFileSync(join(folder, file), 'junk')
  requested()
  const lines: string[] = []
  expect((await start(config({ restTimeSeconds: 60 }), lines)).all.get('A')).toBe(`${CANARY}-a`)
  expect(requested()).toEqual(COLD)
  expect(lines.join('\n')).toContain('the cached view is not used: it is not a lockerpm view')
  await start(config({ restTimeSeconds: 60 }))
  expect(requested()).toEqual([])
})

it.each([
  ['401', (key: string) => server.project.removeAccessKey(key), 'unauthorized'],
  [
    '403',
    (key: string) => server.project.changeAccessKey(key, { restrictIp: ['203.0.113.1'] }),
    'permission_denied',
  ],
] as const)(
  "%s in the service's own words: does not start, and nothing of the key stays",
  async (_, refuse, code) => {
    await start(config())
    await start(config({ environment: 'production' }))
    refuse(server.accessKeyId)
    await expect(start(config())).rejects.toMatchObject({ code })
    expect(readdirSync(folder)).toEqual([])
  },
)

it("a proxy's 403 is an outage", async () => {
  await start(config())
  server.setFaults('status=403,html')
  expect((await start(config())).all.get('A')).toBe(`${CANARY}-a`)
})

it('a wrong secret half never starts from a cache and caches nothing', async () => {
  const wrong = {
    ...server,
    apiBase: server.apiBase,
    accessKeyId: server.accessKeyId,
    secretAccessKey: Buffer.alloc(32).toString('base64'),
  }
  await expect(start(configFor(wrong, { cacheFolder: folder }))).rejects.toMatchObject({ code: 'cli_error' })
  expect(readdirSync(folder)).toEqual([])
})

it.each([
  ['a folder that others can look into', () => chmodSync(folder, 0o755)],
  [
    'a file in its place',
    () => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
    },
  ],
])('%s: no cache, no failure, one debug line', async (_, spoil) => {
  spoil()
  const lines: string[] = []
  await start(config(), lines)
  await start(config({ restTimeSeconds: 60 }))
  expect(requested()).toEqual([...COLD, ...COLD].sort())
  expect(lines.filter((line) => line.includes('no cache'))).toHaveLength(1)
  expect(
    await start(config({ logLevel: 1 }), lines).then(() => lines.filter((line) => !line.includes('debug'))),
  ).toEqual([])
})
