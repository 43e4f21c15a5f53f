import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { AccessKey } from '../../src/config/credentials.ts'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'
import { fetchProject } from '../../src/vault/fetch-pooled.ts'
import { checkSecrets } from '../../src/vault/open.ts'
import { openSealedSnapshot, writeSealedSnapshot } from '../../src/vault/sealed-snapshot.ts'
import type { Snapshot } from '../../src/vault/snapshot.ts'
import { connectionTo, SETTINGS, silent } from '../http/client.ts'
import { configFor, type Overrides, start } from './drive.ts'

const CANARY = 'canary-5ce1b0'
const SEED = {
  secrets: [
    { key: `KEY-${CANARY}`, value: `${CANARY}-a` },
    { key: `KEY-${CANARY}`, value: `${CANARY}-prod`, environment: `production-${CANARY}` },
  ],
  environments: [{ name: 'empty', externalUrl: 'https://empty.example' }],
}
const HOUR_MS = 3_600_000

let server: DevServer
let snapshot: Snapshot
let folder: string
let file: string
beforeAll(async () => {
  server = await startDevServer({ seeds: [SEED] })
  snapshot = await fetchWhole()
  // From here on there is no service.
  await server.close()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  file = join(folder, 'secrets.sealed')
})

const keyOf = (credential: Pick<DevServer, 'accessKeyId' | 'secretAccessKey'>) =>
  new AccessKey(credential.accessKeyId, Buffer.from(credential.secretAccessKey, 'base64'))
const seal = (to = file) =>
  writeSealedSnapshot({ file: to, apiBase: server.apiBase, accessKey: keyOf(server) }, snapshot)
const startSealed = (overrides: Overrides = {}, other: Partial<DevServer> = {}, laterMs = 0) =>
  start(configFor({ ...server, ...other }, { snapshotFile: file, logLevel: 1, ...overrides }), [], {
    now: () => Date.now() + laterMs,
  })

async function fetchWhole(environment?: string): Promise<Snapshot> {
  const request = {
    accessKeyId: server.accessKeyId,
    connection: connectionTo(server.apiBase),
    settings: SETTINGS,
  }
  const fetched = await fetchProject({ ...request, environment, allEnvironments: true }, silent)
  if (fetched.kind !== 'snapshot') throw new Error(fetched.kind)
  return fetched.snapshot
}

describe('a sealed snapshot', () => {
  it.each([
    ['ALL', undefined, []],
    ['an environment', `production-${CANARY}`, [[`KEY-${CANARY}`, `${CANARY}-prod`]]],
    ['an environment that no secret names', 'empty', []],
  ])('starts %s without a service', async (_, environment, own) => {
    seal()
    const secrets = await startSealed({ environment })
    expect([...secrets.all]).toEqual([[`KEY-${CANARY}`, `${CANARY}-a`]])
    expect([...secrets.environment]).toEqual(own)
  })

  it('still knows when an environment does not exist', async () => {
    seal()
    await expect(startSealed({ environment: 'prodution' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('"prodution"'),
    })
  })

  it('has no age limit unless one is set', async () => {
    seal()
    const tenYearsMs = 87_600 * HOUR_MS
    expect((await startSealed({}, {}, tenYearsMs)).all.size).toBe(1)
    expect((await startSealed({}, {}, -tenYearsMs)).all.size).toBe(1)
    expect((await startSealed({ maxStaleSeconds: 7201 }, {}, 2 * HOUR_MS)).all.size).toBe(1)
  })

  it('shows neither value nor name, nor whose it is', () => {
    seal()
    const text = readFileSync(file, 'latin1')
    const port = new URL(server.apiBase).port
    for (const shown of [CANARY, 'empty', port, server.accessKeyId, server.secretAccessKey]) {
      expect(text).not.toContain(shown)
    }
    expect(text).not.toContain(snapshot.secrets[0]?.value)
  })

  it('may be behind a link', async () => {
    seal()
    symlinkSync(file, join(folder, 'link'))
    expect((await startSealed({ snapshotFile: join(folder, 'link') })).all.size).toBe(1)
  })

  it.runIf(process.getuid?.() === 0)("may be somebody else's, and open to everybody", async () => {
    seal()
    chownSync(file, 12345, 12345)
    chmodSync(file, 0o644)
    expect((await startSealed()).all.size).toBe(1)
  })
})

describe('is refused, in one line that names the file,', () => {
  const refusal = async (...args: Parameters<typeof startSealed>) => {
    const error: unknown = await startSealed(...args).then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(error).toMatchObject({ code: 'cli_error' })
    const { message } = error as Error
    expect(message).toContain(args[0]?.snapshotFile ?? file)
    expect(message).not.toMatch(new RegExp(`\n|${CANARY}`))
    return message
  }
  const CHANGED = 'it was changed, or sealed with another secret access key'
  const OTHER = 'it belongs to another access key id or another api base'
  const LETTER = 'A'.charCodeAt(0)

  it.each([
    ['with another secret half', { secretAccessKey: Buffer.alloc(32, 7).toString('base64') }, CHANGED],
    ['with another access key id', { accessKeyId: '4f152ab0-d069-4d8b-b19a-408da9ae766a' }, OTHER],
    ['with another api base', { apiBase: 'https://other.example' }, OTHER],
  ])('%s', async (_, other, reason) => {
    seal()
    expect(await refusal({}, other)).toContain(reason)
  })

  it.each([
    ['what it is', 0, 'it is not a lockerpm snapshot'],
    ['its version', 'lockerpm snapshot '.length, 'its format version is 0; this lockerpm reads 1'],
    ['its scope', 'lockerpm snapshot 1 '.length, OTHER],
    ['its nonce', 'lockerpm snapshot 1 '.length + 44, CHANGED],
    ['its ciphertext', 200, CHANGED],
    ['its tag', -1, CHANGED],
  ])('when %s was changed', async (_, at, reason) => {
    seal()
    const bytes = readFileSync(file)
    const index = at < 0 ? bytes.length + at : at
    const byte = bytes.readUInt8(index)
    // A character of a scope becomes another one that a scope may have: of six, one bit more or less makes none.
    bytes.writeUInt8(reason === OTHER ? (byte === LETTER ? LETTER + 1 : LETTER) : byte ^ 1, index)
    writeFileSync(file, bytes)
    expect(await refusal()).toContain(reason)
  })

  it.each([
    ['to nothing', 0, 'it is not a lockerpm snapshot'],
    ['in its first line', 30, 'it is not a lockerpm snapshot'],
    ['after its first line', 64, CHANGED],
    ['in its nonce', 70, CHANGED],
    ['by a byte', -1, CHANGED],
  ])('when it was cut short %s', async (_, length, reason) => {
    seal()
    writeFileSync(file, readFileSync(file).subarray(0, length))
    expect(await refusal()).toContain(reason)
  })

  it('when its very name is not one line', async () => {
    const started = startSealed({ snapshotFile: join(folder, 'two\nlines') })
    await expect(started).rejects.toThrow(/can't be read: ENOENT \(.*two\\u000alines\)/)
  })

  it('when something was added', async () => {
    seal()
    writeFileSync(file, '\n', { flag: 'a' })
    expect(await refusal()).toContain(CHANGED)
  })

  it.each([
    ['is missing', () => {}, "can't be read: ENOENT"],
    ['is a folder', () => mkdirSync(file), 'it is not a regular file'],
    ['is a pipe that nobody writes to', () => execFileSync('mkfifo', [file]), 'it is not a regular file'],
    ['is a link to itself', () => symlinkSync(file, file), "can't be read: ELOOP"],
    ['is something else', () => writeFileSync(file, 'A=1\n'), 'it is not a lockerpm snapshot'],
  ])('when it %s', async (_, make, reason) => {
    make()
    expect(await refusal()).toContain(reason)
  })

  it.each([
    ['older than an explicit maxStale', 7200, 2, 'it is 2 h old, and LOCKER_MAX_STALE allows 7200 s'],
    ['of any age with maxStale 0', 0, 0, 'LOCKER_MAX_STALE allows 0 s'],
    ['from the future with a maxStale', 7200, -1, 'it is from the future: check the clock'],
  ])('when it is %s', async (_, maxStaleSeconds, laterHours, reason) => {
    seal()
    expect(await refusal({ maxStaleSeconds }, {}, laterHours * HOUR_MS)).toContain(reason)
  })
})

describe('writing one', () => {
  it('leaves one file, which is ours alone, in the place of another', () => {
    writeFileSync(file, 'before', { mode: 0o644 })
    seal()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['secrets.sealed'])
  })

  it('writes to the file behind a link', () => {
    writeFileSync(file, 'before')
    const link = join(folder, 'link')
    symlinkSync('secrets.sealed', link)
    seal(link)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(file, 'latin1')).toMatch(/^lockerpm snapshot/)
  })

  it.each([
    ['a folder', () => mkdirSync(file), 'it is not a regular file'],
    ['a pipe', () => execFileSync('mkfifo', [file]), 'it is not a regular file'],
    ['a link to a device', () => symlinkSync('/dev/null', file), 'it is not a regular file'],
    ['a link to itself', () => symlinkSync(file, file), 'ELOOP'],
  ])('leaves %s alone', (_, make, reason) => {
    make()
    const before = lstatSync(file)
    expect(() => seal()).toThrow(`the sealed snapshot can't be written: ${reason} (${file})`)
    expect(lstatSync(file)).toMatchObject({ ino: before.ino, mode: before.mode })
    expect(readdirSync(folder)).toEqual(['secrets.sealed'])
  })

  it('says so when the folder is missing', () => {
    file = join(folder, 'missing', 'secrets.sealed')
    expect(() => seal()).toThrow(`the sealed snapshot can't be written: ENOENT (${file})`)
  })
})

describe('what is sealed', () => {
  let own: DevServer
  beforeAll(async () => {
    own = await startDevServer({ seeds: [SEED] })
    server = own
  })
  afterAll(() => own.close())

  it('knows every environment, asked for beside the rest', async () => {
    const before = own.requests.length
    expect((await fetchWhole()).environmentHashes).toHaveLength(2)
    const paths = own.requests.slice(before).map(({ url }) => url.replace(/\?.*/, ''))
    expect(paths.sort()).toEqual(['/v1/environments', '/v1/profile', '/v1/secrets'])
    expect((await fetchWhole('empty')).secrets).toHaveLength(2)
  })

  it('is nothing when the environment that was named does not exist', async () => {
    await expect(fetchWhole('prodution')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is nothing that does not open, in whatever environment', async () => {
    const { secretBytes } = keyOf(own)
    checkSecrets(await fetchWhole(), secretBytes)
    expect(() => checkSecrets(snapshot, Buffer.alloc(32, 7))).toThrow(/./)
    const record = own.project.findSecret(`KEY-${CANARY}`, `production-${CANARY}`)
    if (record?.value == null) throw new Error('no such record')
    const broken = record.value.replace(/.(?=[^|]*$)/, (letter) => (letter === 'A' ? 'B' : 'A'))
    own.project.replaceSecret({ ...record, value: broken })
    const damaged = await fetchWhole()
    expect(() => checkSecrets(damaged, secretBytes)).toThrow(`value of secret ${record.id}`)
  })
})

it('gives back what was sealed', () => {
  const accessKey = new AccessKey('4f152ab0-d069-4d8b-b19a-408da9ae766a', Buffer.alloc(32, 7))
  const scope = { file, apiBase: 'https://service.example', accessKey }
  writeSealedSnapshot(scope, snapshot)
  expect(openSealedSnapshot(scope, undefined, 0)).toEqual(JSON.parse(JSON.stringify(snapshot)))
})
