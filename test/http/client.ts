/** What a client under test is made from. */
import { onTestFinished } from 'vitest'
import type { Connection } from '../../src/config/config.ts'
import type { SettingNames } from '../../src/config/origin.ts'
import { LockerError } from '../../src/errors.ts'
import type { OpenConnections } from '../../src/http/connections.ts'
import { type Deadline, startDeadline } from '../../src/http/deadline.ts'
import type { Endpoint } from '../../src/http/endpoints.ts'
import { openPool } from '../../src/http/pool.ts'
import { createService, type Service } from '../../src/http/service.ts'
import { createLogger, LogLevel } from '../../src/logger.ts'
import type { Decoder } from '../../src/wire/decode.ts'

let [open, entry] = [openPool, 'src/vault/fetch-pooled.ts']

/** What the tests of this file are of: see `native.test.ts`. */
export function testConnections(other: OpenConnections, fetch: string): void {
  open = other
  entry = fetch
}

/** What a bundle is made of that fetches by {@link openConnections}. */
export const fetchEntry = () => entry

/** By undici, unless the file's tests are of something else. */
export const openConnections: OpenConnections = (...where) => open(...where)

/** Must show in no error and no log. */
export const ACCESS_KEY_ID = 'ca4a51d0-0000-4000-8000-00000000beef'

export const SETTINGS: SettingNames = {
  apiBase: 'LOCKER_API_BASE',
  accessKeyId: 'LOCKER_ACCESS_KEY_ID',
  timeoutMs: 'LOCKER_TIMEOUT_MS',
  environment: 'LOCKER_ENVIRONMENT',
}

export const silent = createLogger(LogLevel.NONE, () => {})

/** @param timeoutMs long enough for a slow machine; tests of the deadline name their own */
export function connectionTo(apiBase: string, other: Partial<Connection> = {}): Connection {
  return {
    apiBase,
    headers: {},
    caFile: undefined,
    unsafe: false,
    timeoutMs: 50_000,
    proxies: {},
    ...other,
  }
}

/** Closed when the test ends. */
export function openService(apiBase: string, other: Partial<Connection> = {}, lines: string[] = []): Service {
  const service = createService(openConnections, {
    connection: connectionTo(apiBase, other),
    accessKeyId: ACCESS_KEY_ID,
    settings: SETTINGS,
    logger: createLogger(LogLevel.DEBUG, (line) => lines.push(line)),
  })
  onTestFinished(() => service.close())
  return service
}

/** Ended when the test ends. */
export function openDeadline(timeoutMs = 50_000, caller?: AbortSignal): Deadline {
  const deadline = startDeadline(timeoutMs, caller)
  onTestFinished(() => deadline.end())
  return deadline
}

export const anything: Decoder<unknown> = (value) => value

/** Reads with a service of its own. */
export function read(
  apiBase: string,
  endpoint: Endpoint,
  other: Partial<Connection> = {},
  deadline = openDeadline(other.timeoutMs),
): Promise<unknown> {
  return openService(apiBase, other).read(endpoint, anything, deadline)
}

/** @returns the LockerError that the work ends with */
export async function failureOf(work: Promise<unknown>): Promise<LockerError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (error instanceof LockerError) return error
  throw error
}
