import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { enterFlight, FOREIGN_HOLDER_MS, sweepLock } from '../../src/vault/single-flight.ts'

/** Longer than any test. */
const PATIENCE_MS = 600_000

let folder: string
let lock: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
  lock = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const enter = () => enterFlight(lock, Date.now(), PATIENCE_MS)

/** A process that lives until it is killed, and the lock as it would have left it. */
async function holder(): Promise<{ kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  enter()
  writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(child.pid)))
  return {
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

it('the first to come fetches, and leaves nothing behind', () => {
  const flight = enter()
  expect(flight.kind).toBe('ours')
  expect(existsSync(lock)).toBe(true)
  if (flight.kind === 'ours') flight.release()
  expect(existsSync(lock)).toBe(false)
})

it('while a living process fetches, it is theirs; once it was killed, it is ours at once', async () => {
  const { kill } = await holder()
  expect(enter().kind).toBe('theirs')
  await kill()
  expect(enter().kind).toBe('ours')
})

it('a holder that was overtaken does not release the lock of another', async () => {
  const flight = enter()
  const { kill } = await holder()
  if (flight.kind === 'ours') flight.release()
  expect(enter().kind).toBe('theirs')
  await kill()
})

it('our own process id from an earlier life holds nothing, as when we always are process 1', () => {
  enter()
  expect(enter().kind).toBe('ours')
})

describe("a holder in another container, whose process ids aren't ours", () => {
  const content = `${process.pid + 1} elsewhere pid:[1]`

  it.each([
    ['young', 0, 'theirs'],
    ['just short of the limit', FOREIGN_HOLDER_MS - 500, 'theirs'],
    ['older than the limit', FOREIGN_HOLDER_MS + 1, 'ours'],
  ])('a lock that is %s', (_, ageMs, kind) => {
    writeFileSync(lock, content)
    const changed = (Date.now() - ageMs) / 1000
    utimesSync(lock, changed, changed)
    expect(enter().kind).toBe(kind)
  })
})

it('a lock that its holder had no time to write is held like that of a stranger', () => {
  writeFileSync(lock, '')
  expect(enter().kind).toBe('theirs')
  expect(enterFlight(lock, Date.now() + FOREIGN_HOLDER_MS + 1000, PATIENCE_MS).kind).toBe('ours')
})

it('a living holder that takes too long is overtaken', async () => {
  const { kill } = await holder()
  const longAgo = (Date.now() - PATIENCE_MS) / 1000 - 1
  utimesSync(lock, longAgo, longAgo)
  expect(enter().kind).toBe('ours')
  await kill()
})

it('of many processes that find the same dead holder, one takes its place', async () => {
  const { kill } = await holder()
  await kill()
  const program = `
    const { enterFlight } = require(process.argv[1])
    while (Date.now() < Number(process.argv[3])) {}
    console.log(enterFlight(process.argv[2], Date.now(), 600000).kind)
    setTimeout(() => {}, 3000)`
  const bundle = join(folder, 'single-flight.cjs')
  await build({
    entryPoints: [join(import.meta.dirname, '../../src/vault/single-flight.ts')],
    bundle: true,
    platform: 'node',
    outfile: bundle,
  })
  const moment = String(Date.now() + 1500)
  const kinds = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', program, bundle, lock, moment])
      return stdout.trim()
    }),
  )
  expect(kinds.filter((kind) => kind === 'ours')).toHaveLength(1)
})

it.each([
  ['at it still, holds others up', 0, 'theirs'],
  ['killed, holds nobody up', FOREIGN_HOLDER_MS + 1000, 'ours'],
])('one that breaks the lock of a dead holder, and is %s', async (_, ageMs, kind) => {
  const { kill } = await holder()
  await kill()
  writeFileSync(`${lock}.claim.tmp`, '')
  const changed = (Date.now() - ageMs) / 1000
  utimesSync(`${lock}.claim.tmp`, changed, changed)
  expect(enter().kind).toBe(kind)
})

it('sweeps away only the lock of a process that is dead', async () => {
  const { kill } = await holder()
  sweepLock(lock, Date.now(), PATIENCE_MS)
  expect(existsSync(lock)).toBe(true)
  await kill()
  sweepLock(lock, Date.now(), PATIENCE_MS)
  expect(existsSync(lock)).toBe(false)
  enter()
  sweepLock(lock, Date.now(), PATIENCE_MS)
  expect(existsSync(lock)).toBe(true)
})

it('where no lock can be had, everybody fetches', () => {
  expect(enterFlight(join(folder, 'none', 'lock'), Date.now(), PATIENCE_MS).kind).toBe('ours')
})
