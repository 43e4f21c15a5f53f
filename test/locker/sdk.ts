/** The SDK as it ships, and servers that answer it also while it blocks this thread. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { beforeAll, onTestFinished } from 'vitest'
import type { DevServerOptions, RequestEntry } from '../../src/dev-server/index.ts'
import type * as Sdk from '../../src/index.ts'
import { bundle, makeFolder } from '../sync/bundles.ts'

export type { Sdk }

const BUNDLES = {
  'src/index.ts': 'index',
  'src/vault/fetch-pooled.ts': 'fetch',
  'src/sync/sdk-bridge.ts': 'sdk-bridge',
  'src/sync/sdk-worker.ts': 'sdk-worker',
  'src/dev-server/index.ts': 'dev-server',
}

/** The bundles' folder; and, once they are made, what `index.cjs` exports. */
export interface BuiltSdk {
  readonly folder: string
  readonly sdk: typeof Sdk
}

/** Call it once, at the top of a test file. @returns a function for the tests themselves */
export function buildSdk(): () => BuiltSdk {
  let built: BuiltSdk | undefined
  beforeAll(async () => {
    const folder = makeFolder()
    for (const [entry, name] of Object.entries(BUNDLES)) await bundle(entry, join(folder, `${name}.cjs`))
    built = { folder, sdk: createRequire(import.meta.url)(join(folder, 'index.cjs')) }
  })
  return () => {
    if (built === undefined) throw new Error('the SDK is built before the first test, not before')
    return built
  }
}

/** A server in a thread. */
export interface ThreadServer {
  readonly apiBase: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly caFile: string | undefined
  /** What has been asked since it was last called, such as `GET /v1/profile`; queries only as far as they differ. */
  asked(): Promise<string[]>
  /** The same in full, from the start. */
  requests(): Promise<readonly RequestEntry[]>
  setFaults(spec: string): Promise<void>
  /** Calls a method of the server's project. */
  project(method: string, ...args: readonly unknown[]): Promise<unknown>
  close(): Promise<void>
}

const SERVER_THREAD = fileURLToPath(new URL('../fixtures/sdk/server-thread.cjs', import.meta.url))

/** Ends with the test, or in `beforeAll` with the file. */
export async function startThreadServer(
  { folder }: BuiltSdk,
  options: DevServerOptions = {},
  atEnd: (end: () => Promise<void>) => void = onTestFinished,
): Promise<ThreadServer> {
  const worker = new Worker(SERVER_THREAD, {
    workerData: { bundle: join(folder, 'dev-server.cjs'), options },
    env: {},
  })
  const [started] = await once(worker, 'message')
  let lastId = 0
  let seen = 0
  const tell = async (what: string, ...args: readonly unknown[]): Promise<unknown> => {
    const id = ++lastId
    worker.postMessage({ id, what, args })
    for (;;) {
      const [answer] = await once(worker, 'message')
      if (answer.id === id) return answer.result
    }
  }
  const requests = async () => (await tell('requests')) as readonly RequestEntry[]
  const close = async () => void (await worker.terminate())
  atEnd(close)
  return {
    ...started,
    requests,
    asked: async () => {
      const entries = (await requests()).slice(seen)
      seen += entries.length
      return entries.map(({ method, url }) => `${method} ${shorten(url)}`)
    },
    setFaults: async (spec) => void (await tell('server', 'setFaults', spec)),
    project: (method, ...args) => tell('project', method, ...args),
    close,
  }
}

/** Leaves of a query what tells one request from another: `?hash`, `?page=2`, `?since`. */
function shorten(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://server')
  const marks = [
    searchParams.get('hash') ? 'hash' : '',
    Number(searchParams.get('page') ?? 1) > 1 ? `page=${searchParams.get('page')}` : '',
    Number(searchParams.get('revision_date') ?? 0) > 0 ? 'since' : '',
  ].filter((mark) => mark !== '')
  return pathname + (marks.length === 0 ? '' : `?${marks.join('&')}`)
}

/** @returns a Locker that looks at nothing of this machine */
export function openLocker(
  { sdk }: BuiltSdk,
  {
    apiBase,
    accessKeyId,
    secretAccessKey,
  }: Pick<ThreadServer, 'apiBase' | 'accessKeyId' | 'secretAccessKey'>,
  options: Sdk.LockerOptions = {},
): Sdk.Locker {
  return new sdk.Locker({ apiBase, accessKeyId, secretAccessKey, cache: false, dotenv: false, ...options })
}

/** How a method is called: the same tests are for both. */
export type Mode = 'awaiting' | 'blocking'

/** A method that has a blocking twin. */
export type Reader =
  | 'list'
  | 'get'
  | 'getRequired'
  | 'retrieve'
  | 'listEnvironments'
  | 'getEnvironment'
  | 'environment'

/** @returns what `locker.get(…)` resolves to, or `locker.getSync(…)` returns; rejects with what either throws */
export async function callReader(
  mode: Mode,
  locker: Sdk.Locker,
  method: Reader,
  ...args: readonly unknown[]
): Promise<unknown> {
  const name = mode === 'awaiting' ? method : (`${method}Sync` as const)
  const call = locker[name] as (...args: readonly unknown[]) => unknown
  return call.apply(locker, [...args])
}

/** Rejects with nothing: gives back what the promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Sdk.LockerError> {
  return promise.then(
    () => Promise.reject(new Error('it should have failed')),
    (error) => error,
  )
}
