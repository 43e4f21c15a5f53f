import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/config/config.ts'
import { makeAuthority, makeCertificate, writeTemporary } from '../http/certificates.ts'
import { ACCESS_KEY_ID, connectionTo, SETTINGS } from '../http/client.ts'
import { startProxy } from '../http/test-proxy.ts'
import { html, json, startServer } from '../http/test-server.ts'
import { createProject, REVISION_DATE, serveProject } from '../vault/test-project.ts'
import { bundle, copyFixture, type Ended, makeFolder, type NodeOptions, runNode } from './bundles.ts'

const project = createProject()
const secrets = [project.secret('A', 'x'), project.secret('B', 'y', 'production')]

/** What the fixture says of a call. */
interface Outcome {
  readonly fetched?: { kind: string; snapshot?: { secrets: unknown[]; revisionDate: number } }
  readonly error?: Readonly<Record<string, unknown>> & { message: string }
}

interface Said {
  readonly outcomes: readonly Outcome[]
  readonly lines: readonly string[]
  /** Threads that were still there when the application went on. */
  readonly workers: number
}

let dist: string

beforeAll(async () => {
  dist = makeFolder()
  await bundle('src/sync/bridge.ts', `${dist}/bridge.cjs`)
  await bundle('src/vault/fetch-pooled.ts', `${dist}/fetch.cjs`)
  await bundle('src/http/proxy-agent.cjs', `${dist}/proxy-agent.cjs`)
  await bundle('src/sync/register-worker.ts', `${dist}/register-worker.cjs`)
})

/** @returns a folder with the bridge, and the worker under test in the place of ours */
async function folderWith(worker: string | undefined): Promise<string> {
  const folder = makeFolder()
  copyFileSync(`${dist}/bridge.cjs`, `${folder}/bridge.cjs`)
  if (worker !== undefined) {
    const entry = fileURLToPath(new URL(`../fixtures/workers/${worker}`, import.meta.url))
    await bundle(entry, `${folder}/register-worker.cjs`)
  }
  return folder
}

interface Call {
  readonly connection: Connection
  readonly environment?: string
  readonly logLevel?: number
  readonly times?: number
}

async function fetchSync(folder: string, call: Call, options?: NodeOptions): Promise<Said & Ended> {
  const { connection, environment, logLevel = 1, times = 1 } = call
  const request = { accessKeyId: ACCESS_KEY_ID, connection, environment, settings: SETTINGS }
  const script = copyFixture('fetch-sync.cjs', folder)
  const ended = await runNode([script, JSON.stringify({ request, logLevel, times })], options)
  expect(ended).toMatchObject({ exitCode: 0 })
  const said: Said = JSON.parse(ended.stdout)
  expect(said.workers).toBe(0)
  return { ...said, ...ended }
}

const serve = () => startServer(serveProject(project, secrets))

describe('the bridge', () => {
  it('brings what the worker fetched', async () => {
    const server = await serve()
    const { outcomes, lines, stderr } = await fetchSync(dist, {
      connection: connectionTo(server.origin),
    })
    expect(outcomes).toMatchObject([
      { fetched: { kind: 'snapshot', snapshot: { revisionDate: REVISION_DATE, secrets } } },
    ])
    expect(lines).toEqual([])
    expect(stderr).toBe('')
    expect(server.seen).toHaveLength(2)
  })

  it('may be crossed again', async () => {
    const server = await serve()
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin), times: 3 })
    expect(outcomes.map(({ fetched }) => fetched?.kind)).toEqual(['snapshot', 'snapshot', 'snapshot'])
  })

  it('brings an error with its class and every field', async () => {
    const body = { code: 'rate_limit', message: 'no' }
    const headers = { 'retry-after': '3600', 'x-request-id': 'request-1' }
    const server = await startServer((_, response) => json(response, 429, body, headers))
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin) })
    expect(outcomes[0]?.error).toMatchObject({
      name: 'RateLimitError',
      code: 'rate_limit',
      statusCode: 429,
      httpBody: JSON.stringify(body),
      requestId: 'request-1',
      retryAfterSeconds: 3600,
      retryable: true,
    })
    expect(outcomes[0]?.error?.['stack']).toBe(`RateLimitError: ${outcomes[0]?.error?.message}`)
  })

  it('brings the cause of an error, and an error again after it', async () => {
    const server = await startServer((_, response) => html(response, 200), { ...(await makeCertificate()) })
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin), times: 2 })
    const error = { name: 'APIConnectionError', cause: 'DEPTH_ZERO_SELF_SIGNED_CERT' }
    expect(outcomes).toMatchObject([{ error }, { error }])
  })

  it.each([
    [2, 3],
    [1, 0],
    [0, 0],
  ])('at log level %i brings %i lines of the worker', async (logLevel, count) => {
    const server = await serve()
    const { lines, stderr } = await fetchSync(dist, { connection: connectionTo(server.origin), logLevel })
    expect(lines).toHaveLength(count)
    expect(lines.every((line) => line.startsWith('lockerpm: debug: '))).toBe(true)
    expect(stderr).toBe('')
  })

  it('leaves the deadline to the worker, whose error says more than ours', async () => {
    const server = await startServer(() => {})
    const connection = connectionTo(server.origin, { timeoutMs: 3000 })
    const { outcomes } = await fetchSync(dist, { connection })
    expect(outcomes[0]?.error?.message).toBe(
      `no complete answer from ${server.origin} within 3000 ms (LOCKER_TIMEOUT_MS)`,
    )
  })

  it('names an environment that does not exist', async () => {
    const server = await serve()
    const { outcomes } = await fetchSync(dist, {
      connection: connectionTo(server.origin),
      environment: 'prodution',
    })
    expect(outcomes[0]?.error).toMatchObject({ name: 'ResourceNotFoundError' })
  })
})

describe('the worker', () => {
  it.each([
    ['-r', { execArgv: ['-r', '{}'] }],
    ['NODE_OPTIONS=-r', { env: { NODE_OPTIONS: '-r {}' } }],
    ['NODE_OPTIONS=--import', { env: { NODE_OPTIONS: '--import {}' } }],
  ])("does not run the application's preloads (%s)", async (_, options) => {
    const server = await serve()
    const folder = makeFolder()
    const preload = copyFixture('note-thread.cjs', folder)
    const filled: NodeOptions = JSON.parse(JSON.stringify(options).replaceAll('{}', preload))
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin) }, filled)
    expect(outcomes[0]?.fetched?.kind).toBe('snapshot')
    expect(readFileSync(`${folder}/threads.txt`, 'utf8')).toBe('main\n')
  })

  it('listens to no SYNCKIT_* variable', async () => {
    const server = await serve()
    const folder = makeFolder()
    const preload = copyFixture('note-thread.cjs', folder)
    const env = {
      SYNCKIT_TIMEOUT: '1',
      SYNCKIT_EXEC_ARGV: `-r,${preload}`,
      SYNCKIT_GLOBAL_SHIMS: '1',
      SYNCKIT_TS_RUNNER: 'tsx',
    }
    const { outcomes, stderr } = await fetchSync(dist, { connection: connectionTo(server.origin) }, { env })
    expect(outcomes[0]?.fetched?.kind).toBe('snapshot')
    expect(stderr).toBe('')
    expect(existsSync(`${folder}/threads.txt`)).toBe(false)
  })

  it('trusts what NODE_EXTRA_CA_CERTS names, as the application does', async () => {
    const authority = await makeAuthority()
    const certificate = await makeCertificate({ authority })
    const server = await startServer(serveProject(project, secrets), { ...certificate })
    const env = { NODE_EXTRA_CA_CERTS: writeTemporary(authority.cert) }
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin) }, { env })
    expect(outcomes[0]?.fetched?.kind).toBe('snapshot')
  })

  it('finds its way through a proxy', async () => {
    const certificate = await makeCertificate({ names: ['locker.test'] })
    const server = await startServer(serveProject(project, secrets), { ...certificate })
    const proxy = await startProxy(server)
    const connection = connectionTo('https://locker.test', {
      caFile: writeTemporary(certificate.cert),
      proxies: { httpsProxy: `http://127.0.0.1:${proxy.port}` },
    })
    const { outcomes, stderr } = await fetchSync(dist, { connection })
    expect(outcomes[0]?.fetched?.kind).toBe('snapshot')
    expect(proxy.tunnels.map(({ target }) => target)).toEqual(['locker.test:443', 'locker.test:443'])
    expect(stderr).toBe('')
  })

  it('checks certificates whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const server = await startServer(serveProject(project, secrets), { ...(await makeCertificate()) })
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin) }, { env })
    expect(outcomes[0]?.error?.message).toContain('its certificate is self-signed')
  })

  // The last one with a name of its own for Node 20.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission'
  const readAnything = [permission, '--allow-fs-read=*']

  it('that Node may not start is an error that says how to allow it', async () => {
    const { outcomes } = await fetchSync(
      dist,
      { connection: connectionTo('http://127.0.0.1:1') },
      { execArgv: readAnything },
    )
    expect(outcomes[0]?.error).toMatchObject({ name: 'CliRunError', code: 'cli_error' })
    expect(outcomes[0]?.error?.message).toContain(
      '(ERR_ACCESS_DENIED): Node was started with --permission: add --allow-worker',
    )
  })

  it('that Node may start under --permission works', async () => {
    const server = await serve()
    const execArgv = [...readAnything, '--allow-worker']
    const { outcomes } = await fetchSync(dist, { connection: connectionTo(server.origin) }, { execArgv })
    expect(outcomes[0]?.fetched?.kind).toBe('snapshot')
  })
})

describe('a worker that fails', () => {
  /** Nobody listens there, and nobody gets so far. */
  const connection = connectionTo('http://127.0.0.1:1', { timeoutMs: 300 })
  const patient = { ...connection, timeoutMs: 600_000 }
  const tight = { execArgv: ['--max-old-space-size=48'] }

  it.each([
    ['spins.cjs', {}],
    ['exits.cjs', {}],
    ['throws.cjs', {}],
    [undefined, {}],
    ['spins-when-asked.mjs', {}],
    ['waits-when-asked.mjs', {}],
    ['eats-memory-when-asked.mjs', tight],
  ])('without a word (%s) is an error when time is up, and hurts nobody', async (worker, options) => {
    const said = await fetchSync(await folderWith(worker), { connection, times: 2 }, options)
    expect(said.outcomes).toHaveLength(2)
    for (const { error } of said.outcomes) {
      expect(error).toMatchObject({ name: 'APIConnectionError', retryable: true, cause: 'ETIMEDOUT' })
      expect(error?.message).toBe('no answer within 300 ms (LOCKER_TIMEOUT_MS), not even from our own worker')
    }
    expect(said.stdout + said.stderr).not.toContain('canary')
  })

  it.each([
    ['exits-when-asked.mjs', 'Error'],
    ['throws-when-asked.mjs', 'Error'],
    ['rejects-when-asked.mjs', 'EMFILE'],
  ])('and can say so (%s) is an error at once, and hurts nobody', async (worker, cause) => {
    const said = await fetchSync(await folderWith(worker), { connection: patient, times: 2 })
    expect(said.outcomes).toHaveLength(2)
    for (const { error } of said.outcomes) {
      expect(error).toMatchObject({ name: 'CliRunError', code: 'cli_error', retryable: false, cause })
      expect(error?.message).toBe(
        `the worker thread that talks to the service failed (${cause}): use --import, which needs no worker, instead of -r, or report this`,
      )
    }
    expect(said.stdout + said.stderr).not.toContain('canary')
  })

  it.each([
    ['throws-afterwards.mjs', {}],
    ['eats-memory-afterwards.mjs', tight],
  ])('when it has answered (%s) hurts nobody', async (worker, options) => {
    const said = await fetchSync(await folderWith(worker), { connection: patient, times: 2 }, options)
    expect(said.outcomes).toMatchObject([
      { fetched: { kind: 'unchanged' } },
      { fetched: { kind: 'unchanged' } },
    ])
    expect(said.stdout + said.stderr).not.toContain('canary')
  })
})
