/** A replayed start must come to what the whole way comes to, whatever has changed since the record was made. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compose } from '../../src/compose.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'
import type { Env } from '../../src/environment/names.ts'
import { describeCircumstances } from '../../src/replay/circumstances.ts'
import { recordStart } from '../../src/replay/record.ts'
import type { Host } from '../../src/replay/record-folder.ts'
import { recallStart } from '../../src/replay/replay.ts'
import { start as load } from '../vault/drive.ts'

const SEED = {
  secrets: [
    { key: 'A', value: 'canary-a' },
    { key: 'B', value: 'canary-b' },
    { key: 'A', value: 'canary-a-production', environment: 'production' },
    { key: 'C', value: 'canary-c', environment: 'production' },
  ],
}

let server: DevServer
let folder: string
let cwd: string
let credentials: Record<string, string>

beforeAll(async () => {
  server = await startDevServer({ seeds: [SEED] })
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-replay-'))
  cwd = join(folder, 'app')
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), '{}')
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  for (const name of ['cache', 'app/.env', 'app/locker.json'])
    rmSync(join(folder, name), { recursive: true, force: true })
  credentials = {
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
    LOCKER_CACHE: join(folder, 'cache'),
    LOCKER_REST_TIME: '9999',
    HOME: folder,
  }
})

const host = (env: Env): Host => ({ env: { ...credentials, ...env }, platform: 'linux', cwd: () => cwd })

/** What `lockerpm/register` does without a record: its change to the variables, or undefined where it fails. */
async function goTheWholeWay({ env, platform }: Host, isRecorded: boolean) {
  const circumstances = describeCircumstances('register', [], { env, platform, cwd: () => cwd })
  try {
    const config = resolveConfig({
      env,
      cwd,
      home: folder,
      platform,
      restTimeSeconds: 0,
      keepCredentials: true,
    })
    const secrets = await load(config)
    const composed = compose(config, secrets, env)
    if (isRecorded && circumstances) recordStart(circumstances, { config, secrets, composed, env })
    return { change: composed.change, isSilent: config.warnings.length + composed.warnings.length === 0 }
  } catch {
    return undefined
  }
}

function recall({ env, platform }: Host) {
  const circumstances = describeCircumstances('register', [], { env, platform, cwd: () => cwd })
  return circumstances && recallStart(circumstances, env)
}

/** A cold start, and a warm one that makes the record. */
async function makeRecord(env: Env = {}): Promise<void> {
  await goTheWholeWay(host(env), false)
  await goTheWholeWay(host(env), true)
}

describe('a replayed start', () => {
  it('does what the recorded one did, and asks nobody', async () => {
    await makeRecord({ LOCKER_ENVIRONMENT: 'production', B: 'mine' })
    const asked = server.requests.length
    const again = host({ LOCKER_ENVIRONMENT: 'production', B: 'mine' })
    const recollection = recall(again)
    expect(server.requests.length).toBe(asked)
    const whole = await goTheWholeWay(again, false)
    expect(recollection).toEqual({ kind: 'same', change: whole?.change })
    expect(whole?.change.injected).toEqual(
      new Map([
        ['A', 'canary-a-production'],
        ['C', 'canary-c'],
      ]),
    )
  })

  it.each<[string, () => Env | undefined]>([
    ['a setting is another', () => ({ LOCKER_PREFIX: 'X_' })],
    ['the environment is another', () => ({ LOCKER_ENVIRONMENT: 'production' })],
    [
      'the access key id is another',
      () => ({ LOCKER_ACCESS_KEY_ID: '00000000-0000-4000-8000-000000000000' }),
    ],
    [
      'the secret access key is another',
      () => ({ LOCKER_SECRET_ACCESS_KEY: Buffer.alloc(32).toString('base64') }),
    ],
    ['a name that was set by it is set already', () => ({ A: 'mine' })],
    ['a process above has loaded', () => ({ LOCKERPM_LOADED: '1.a.b.c.' })],
    ['PM2 is there', () => ({ pm2_env: '{}' })],
    ['a half of the key is in a file as well', () => ({ LOCKER_ACCESS_KEY_ID_FILE: join(folder, 'id') })],
    ['it is to load anew', () => ({ LOCKER_FETCH: 'true' })],
    ['the cache is elsewhere', () => ({ LOCKER_CACHE: join(folder, 'elsewhere') })],
    ['the environment would be large', () => ({ LARGE: 'x'.repeat(100_000) })],
    ['a .env has appeared', () => void writeFileSync(join(cwd, '.env'), 'D=4\n')],
    ['a locker.json has appeared', () => void writeFileSync(join(cwd, 'locker.json'), '{"prefix": "Y_"}')],
    ['package.json is gone', () => void rmSync(join(cwd, 'package.json'))],
    ['another process has brought the cache up to date', () => void touchView()],
    ['the cache is gone', () => void rmSync(viewFile())],
    ['others may read the cache', () => void chmodSync(viewFile(), 0o644)],
    ['the record is changed', () => void flipBit(recordFile())],
    ['others may read the record', () => void chmodSync(recordFile(), 0o644)],
    ['others may write to the folder', () => void chmodSync(join(folder, 'cache'), 0o777)],
  ])('does not happen when %s', async (_, change) => {
    await makeRecord()
    expect(recall(host({}))?.kind).toBe('same')
    const env = change() ?? {}
    expect(recall(host(env))?.kind).not.toBe('same')
    chmodSync(join(folder, 'cache'), 0o700)
    writeFileSync(join(cwd, 'package.json'), '{}')
  })

  it('happens beside a variable that has to do with nothing here', async () => {
    await makeRecord()
    const whole = await goTheWholeWay(host({ OTHER: '1' }), false)
    expect(recall(host({ OTHER: '1' }))).toEqual({ kind: 'same', change: whole?.change })
  })

  it.each<[string, () => void]>([
    ['a view that others may read', () => chmodSync(viewFile(), 0o644)],
    ['a view that is damaged', () => flipBit(viewFile())],
  ])('is not made where %s is passed over for the project', async (_, change) => {
    await goTheWholeWay(host({}), false)
    change()
    await goTheWholeWay(host({}), true)
    expect(recordsIn(join(folder, 'cache'))).toEqual([])
  })

  it('is found in a folder however that is spelt', async () => {
    const env = { LOCKER_CACHE: `${join(folder, 'cache')}/` }
    await makeRecord(env)
    expect(recall(host(env))?.kind).toBe('same')
  })

  it('is not made beside so many variables that it would never be used', async () => {
    await makeRecord({ LARGE: 'x'.repeat(40_000) })
    expect(recordsIn(join(folder, 'cache'))).toEqual([])
  })

  it('happens beside a folder called .env', async () => {
    mkdirSync(join(cwd, '.env'))
    await makeRecord()
    expect(recall(host({}))?.kind).toBe('same')
  })

  it('comes to an end with the rest time: then the service is asked', async () => {
    await makeRecord({ LOCKER_REST_TIME: '1' })
    expect(recall(host({ LOCKER_REST_TIME: '1' }))?.kind).toBe('same')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(recall(host({ LOCKER_REST_TIME: '1' }))).toEqual({ kind: 'asks' })
  })

  it('without a rest time never happens, and says so', async () => {
    const env = { LOCKER_REST_TIME: '0' }
    await makeRecord(env)
    expect(recall(host(env))).toEqual({ kind: 'asks' })
    writeFileSync(join(cwd, '.env'), 'LOCKER_REST_TIME=9\n')
    expect(recall(host(env))).toBeUndefined()
  })

  it.each<[string, Env]>([
    ['warned', { LOCKER_UNSAFE: 'true' }],
    ['was asked to say more', { LOCKER_LOG_LEVEL: 'debug' }],
    ['had a misspelt variable', { LOCKER_ENVIROMENT: 'production' }],
  ])('is not made of a start that %s', async (_, env) => {
    await makeRecord(env)
    expect(recordsIn(join(folder, 'cache'))).toEqual([])
  })

  it('shows no secret and no credential on the disk', async () => {
    await makeRecord()
    const text = readFileSync(recordFile(), 'latin1') + recordFile()
    for (const secret of ['canary', server.accessKeyId, server.secretAccessKey])
      expect(text).not.toContain(secret)
  })

  it('is one of a few: starts that differ each time fill no disk', async () => {
    await makeRecord()
    for (let number = 0; number < 70; number++)
      await goTheWholeWay(host({ LOCKER_PREFIX: `P${number}_` }), true)
    expect(recordsIn(join(folder, 'cache')).length).toBeLessThanOrEqual(64)
  })

  it('never comes to anything but what the whole way comes to, after any change', async () => {
    const name = fc.constantFrom('A', 'B', 'C', 'X_A', 'D')
    const state = fc.record({
      env: fc.dictionary(name, fc.constantFrom('', 'mine'), { maxKeys: 3 }),
      settings: fc.record(
        {
          LOCKER_ENVIRONMENT: fc.constantFrom('production', 'ALL', 'none'),
          LOCKER_OVERRIDE: fc.constantFrom('true', 'A', 'false'),
          LOCKER_PREFIX: fc.constantFrom('X_', ''),
          LOCKER_REQUIRED: fc.constantFrom('A', 'D', 'A,D'),
          LOCKER_EXCLUDE: fc.constantFrom('A', 'B*'),
        },
        { requiredKeys: [] },
      ),
      dotenv: fc.constantFrom(undefined, '', 'A=file\n', 'D=file\n', 'LOCKER_PREFIX=X_\n'),
      lockerJson: fc.constantFrom(undefined, '{}', '{"environment": "production"}', '{"required": ["C"]}'),
    })
    type State = typeof state extends fc.Arbitrary<infer Value> ? Value : never
    const arrange = ({ env, settings, dotenv, lockerJson }: State) => {
      place('.env', dotenv)
      place('locker.json', lockerJson)
      return host({ ...env, ...settings })
    }
    let replayed = 0
    await fc.assert(
      fc.asyncProperty(state, state, async (before, after) => {
        await goTheWholeWay(arrange(before), true)
        for (const again of [before, after]) {
          const machine = arrange(again)
          const recollection = recall(machine)
          const whole = await goTheWholeWay(machine, false)
          if (recollection?.kind !== 'same') continue
          replayed++
          expect(whole).toEqual({ change: recollection.change, isSilent: true })
        }
      }),
      { numRuns: 300 },
    )
    expect(replayed).toBeGreaterThan(20)
  })
})

function place(name: string, text: string | undefined): void {
  if (text === undefined) rmSync(join(cwd, name), { force: true })
  else writeFileSync(join(cwd, name), text)
}

function recordsIn(cache: string): string[] {
  return readdirSync(cache).filter((file) => file.endsWith('.start'))
}

function fileOf(suffix: string): string {
  const name = readdirSync(join(folder, 'cache')).find((file) => file.endsWith(suffix)) ?? ''
  return join(folder, 'cache', name)
}

const recordFile = () => fileOf('.start')
const viewFile = () => fileOf('.view')

/** As another process's revalidation does it: the same content in another file. */
function touchView(): void {
  const bytes = readFileSync(viewFile())
  const path = viewFile()
  writeFileSync(`${path}.new`, bytes, { mode: 0o600 })
  rmSync(path)
  writeFileSync(path, bytes, { mode: 0o600 })
  rmSync(`${path}.new`)
}

function flipBit(path: string): void {
  const bytes = readFileSync(path)
  bytes[40] = (bytes[40] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
