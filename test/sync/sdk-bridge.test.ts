import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildSdk, openLocker, startThreadServer, type ThreadServer } from '../locker/sdk.ts'
import { bundle, makeFolder, runNode } from './bundles.ts'

const sdk = buildSdk()
const SCRIPT = fileURLToPath(new URL('../fixtures/sdk/call-sync.cjs', import.meta.url))

let server: ThreadServer
beforeAll(async () => {
  const ends: (() => Promise<void>)[] = []
  const seed = { environments: [], secrets: [{ key: 'A', value: 'a' }] }
  server = await startThreadServer(sdk(), { seeds: [seed] }, (end) => ends.push(end))
  return () => Promise.all(ends.map((end) => end()))
})

interface Outcome {
  readonly result?: unknown
  readonly error?: Readonly<Record<string, unknown>> & { readonly message: string }
}

type Calls = readonly (readonly [string, ...unknown[]])[]

/** In a process of its own, which ends by itself. */
async function callSync(folder: string, calls: Calls, inWorker = false): Promise<readonly Outcome[]> {
  const { apiBase, accessKeyId, secretAccessKey } = server
  const options = { apiBase, accessKeyId, secretAccessKey, cache: false, dotenv: false }
  const ended = await runNode([SCRIPT, JSON.stringify({ folder, options, calls, inWorker })])
  expect(ended).toMatchObject({ exitCode: 0, stderr: '' })
  return JSON.parse(ended.stdout)
}

/** @returns a folder with another worker in the place of ours, which is `real-worker.cjs` there */
async function folderWith(worker: string): Promise<string> {
  const folder = makeFolder()
  for (const name of ['index.cjs', 'fetch.cjs', 'llhttp.wasm', 'sdk-bridge.cjs']) {
    copyFileSync(join(sdk().folder, name), join(folder, name))
  }
  copyFileSync(join(sdk().folder, 'sdk-worker.cjs'), join(folder, 'real-worker.cjs'))
  const fixture = fileURLToPath(new URL(`../fixtures/${worker}`, import.meta.url))
  const file = join(folder, 'sdk-worker.cjs')
  if (fixture.endsWith('.cjs')) copyFileSync(fixture, file)
  else await bundle(fixture, file)
  return folder
}

const fetchA = (timeoutMs = 10_000) => ['getSync', 'A', null, null, { fetch: true, timeoutMs }] as const

describe('blocking calls', () => {
  it('share one connection, call after call', async () => {
    const locker = openLocker(sdk(), server, { fetch: true })
    locker.getSync('A')
    const before = (await server.requests()).length
    for (let call = 0; call < 10; call++) expect(locker.getSync('A')).toBe('a')
    const requests = (await server.requests()).slice(before)
    expect(requests).toHaveLength(10)
    expect(new Set(requests.map(({ connection }) => connection)).size).toBe(1)
  })

  it('work a thousand times in a row', async () => {
    const outcomes = await callSync(
      sdk().folder,
      Array.from({ length: 1000 }, () => fetchA()),
    )
    expect(outcomes.filter(({ result }) => result === 'a')).toHaveLength(1000)
  })

  it('work from inside a worker thread', async () => {
    const outcomes = await callSync(sdk().folder, [fetchA(), ['getRequiredSync', 'Z'], fetchA()], true)
    const error = { name: 'ResourceNotFoundError', code: 'not_found', isOurs: true }
    expect(outcomes).toMatchObject([{ result: 'a' }, { error }, { result: 'a' }])
  })

  it('work for several Lockers in turn, each as itself', async () => {
    const other = await startThreadServer(sdk(), {
      seeds: [{ environments: [], secrets: [{ key: 'A', value: 'of another project' }] }],
    })
    const lockers = [openLocker(sdk(), server, { fetch: true }), openLocker(sdk(), other, { fetch: true })]
    const values = [0, 1, 0, 1].map((which) => lockers[which]?.getSync('A'))
    expect(values).toEqual(['a', 'of another project', 'a', 'of another project'])
  })

  it('send the access key id and the headers, and to nobody the secret access key', async () => {
    const locker = openLocker(sdk(), server, { fetch: true, headers: { 'X-Team': 'platform' } })
    locker.getSync('A')
    const request = (await server.requests()).at(-1)
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${server.accessKeyId}`,
      'x-team': 'platform',
    })
    expect(JSON.stringify(await server.requests())).not.toContain(server.secretAccessKey)
  })

  it('are bounded call by call, and one that timed out does not spoil the next', async () => {
    const locker = openLocker(sdk(), server, { fetch: true })
    expect(locker.getSync('A')).toBe('a')
    await server.setFaults('/v1/secrets* #1-2 latency=400')
    const bounded = () => locker.getSync('A', null, null, { timeoutMs: 100 })
    expect(bounded).toThrow(sdk().sdk.APIConnectionError)
    expect(bounded).toThrow('within 100 ms')
    expect(locker.getSync('A')).toBe('a')
    expect(locker.getSync('Z')).toBeUndefined()
    await server.setFaults('')
  })
})

describe('a worker that fails', () => {
  it.each([
    ['workers/spins-when-asked.mjs', 'APIConnectionError', 'not even from our own worker'],
    ['workers/eats-memory-when-asked.mjs', 'APIConnectionError', 'not even from our own worker'],
    ['workers/exits-when-asked.mjs', 'CliRunError', 'use the method that returns a promise'],
    ['workers/throws-when-asked.mjs', 'CliRunError', 'use the method that returns a promise'],
    ['workers/waits-when-asked.mjs', 'APIConnectionError', 'not even from our own worker'],
    ['workers/rejects-when-asked.mjs', 'CliRunError', '(EMFILE): use the method that returns a promise'],
  ])('ends the call in time: %s', async (worker, name, message) => {
    const [outcome] = await callSync(await folderWith(worker), [fetchA(200)])
    expect(outcome?.error).toMatchObject({ name, isOurs: true })
    expect(outcome?.error?.message).toContain(message)
    expect(outcome?.error?.message).not.toContain('canary')
  })

  it('is replaced when it did not answer', async () => {
    const outcomes = await callSync(await folderWith('sdk/fails-at-first.cjs'), [fetchA(200), fetchA()])
    expect(outcomes).toMatchObject([{ error: { name: 'APIConnectionError' } }, { result: 'a' }])
  })

  it('is replaced when it died between two calls', async () => {
    const calls = [fetchA(), ['pause', 1500], fetchA()] as const
    const outcomes = await callSync(await folderWith('sdk/dies-at-first.cjs'), calls)
    expect(outcomes).toMatchObject([{ result: 'a' }, { result: 'a' }])
  })
})
