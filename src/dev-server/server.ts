/** Puts a server together from its options. product: section 5 */
import { parseFaults } from './fault.ts'
import { FaultPlan } from './fault-plan.ts'
import { createListener, type Listener, type RequestEntry } from './listener.ts'
import { listen, type Network } from './network.ts'
import type { DevServer, DevServerOptions } from './options.ts'
import { DEFAULT_MAX_PAGE_SIZE } from './page.ts'
import { type RateLimit, RateLimiter } from './rate-limit.ts'
import { openRequestLog, type RequestLog } from './request-log.ts'
import type { Service } from './routes.ts'
import { openStoreFile, type StoreFile } from './store-file.ts'
import type { Tls } from './tls.ts'

const DEFAULT_HOST = '127.0.0.1'
/** Half of them go when there are as many. */
const MAX_KEPT_REQUESTS = 20_000

/**
 * Starts a Locker Secrets server on this machine.
 *
 * @param options everything has a default
 * @throws LockerError `locker_error`: a bad seed, data file or fault, or an address that is taken
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const { nowMs = Date.now } = options
  const storeFile = openStoreFile(options, nowMs)
  const controls = new Controls(options, storeFile, nowMs)
  const releases: (() => void)[] = []
  try {
    return await open(options, storeFile, controls, releases)
  } catch (error) {
    for (const release of releases) release()
    throw error
  }
}

/** @param releases takes what has to be undone in the end, also when this fails half-way */
async function open(
  options: DevServerOptions,
  storeFile: StoreFile,
  controls: Controls,
  releases: (() => void)[],
): Promise<DevServer> {
  const { host = DEFAULT_HOST, port = 0, logFile } = options
  const log = logFile === undefined ? undefined : openRequestLog(logFile)
  if (log !== undefined) releases.push(log.close)
  const tls = options.https ? await loadTls(options, host, storeFile, controls.service.nowMs()) : undefined
  if (tls !== undefined) releases.push(tls.remove)
  const save = () => storeFile.save(tls?.authority ?? storeFile.authority)
  save()
  const requests: RequestEntry[] = []
  const listener = listenerOf(options, controls, requests, save, log)
  const network = await listen({ host, port, identity: tls?.server }, listener)
  const close = async () => {
    await network.close()
    for (const release of releases.splice(0)) release()
    save()
  }
  return describeServer(network, storeFile, controls, { caFile: tls?.caFile, requests, close })
}

/** What may be changed while the server runs. */
class Controls {
  readonly service: { -readonly [Field in keyof Service]: Service[Field] }
  plan: FaultPlan

  constructor(options: DevServerOptions, { store }: StoreFile, nowMs: () => number) {
    const { maxPageSize = DEFAULT_MAX_PAGE_SIZE, faults = '' } = options
    this.service = { store, maxPageSize, limiter: limiterOf(options.rateLimit), nowMs }
    this.plan = new FaultPlan(parseFaults(faults))
  }
}

function limiterOf(limit: RateLimit | undefined): RateLimiter | undefined {
  return limit && new RateLimiter(limit)
}

/** Plain http doesn't pay for certificates. */
async function loadTls(
  options: DevServerOptions,
  host: string,
  { authority }: StoreFile,
  nowMs: number,
): Promise<Tls> {
  const { prepareTls } = await import('./tls.ts')
  return prepareTls(authority, host, options.dataFile, nowMs)
}

function listenerOf(
  options: DevServerOptions,
  controls: Controls,
  requests: RequestEntry[],
  save: () => void,
  log: RequestLog | undefined,
): Listener {
  return createListener({
    service: controls.service,
    nextFault: (method, url) => controls.plan.next(method, url),
    onRequest: (entry) => {
      if (requests.push(entry) >= MAX_KEPT_REQUESTS) requests.splice(0, MAX_KEPT_REQUESTS / 2)
      return options.onRequest?.(entry)
    },
    save,
    log: ({ method, url, status }, durationMs) => log?.write(method, url, status, durationMs),
  })
}

function describeServer(
  network: Network,
  { project, addProject }: StoreFile,
  controls: Controls,
  rest: Pick<DevServer, 'caFile' | 'requests' | 'close'>,
): DevServer {
  return {
    apiBase: network.apiBase,
    ...project.credential,
    project,
    addProject,
    setFaults: (spec) => {
      controls.plan = new FaultPlan(parseFaults(spec))
    },
    setRateLimit: (limit) => {
      controls.service.limiter = limiterOf(limit)
    },
    ...rest,
  }
}
