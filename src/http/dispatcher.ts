/** The connections: a pool of our own, through a proxy where the environment names one. */
import { setMaxListeners } from 'node:events'
import type { SecureContext } from 'node:tls'
import type { Dispatcher, EnvHttpProxyAgent } from 'undici'
// Narrow imports: undici as a whole loads fetch, websockets and caches, which a start never needs.
import Pool from 'undici/lib/dispatcher/pool.js'
import type { Connection } from '../config/config.ts'
import { readTextFile } from '../config/text-file.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { createConnector, type Trust } from './connector.ts'
import { compileParser } from './parser.ts'

/** All authorities that a system knows are about 230 KB. */
const MAX_CA_FILE_BYTES = 4 * 1024 * 1024
/** Requests that may be under way at once; each has a kept-alive connection of its own. */
export const MAX_CONNECTIONS = 6

/** The one deadline over everything is kept by the caller; limits here would only cut it short. */
const LIMITS = { connections: MAX_CONNECTIONS, headersTimeout: 0, bodyTimeout: 0, allowH2: false }

/** What sends, and what ends it. */
export interface Connections {
  readonly dispatcher: Dispatcher
  /** Ends every connection: busy, idle, or still being made. */
  close(): void
}

/**
 * @param connection where the service is and how to trust it
 * @param origin of `connection.apiBase`
 * @throws LockerError `locker_error` when `caFile` can't be read or the proxy's address isn't a proxy's
 */
export function openConnections(connection: Connection, origin: string): Connections {
  const proxy = chooseProxy(connection)
  const loadTrust = prepareTrust(connection)
  if (proxy !== undefined) return openProxied(connection, proxy, loadTrust)
  const connector = createConnector(loadTrust)
  const dispatcher = new Pool(origin, { ...LIMITS, connect: connector.connect })
  return { dispatcher, close: () => closeWith(dispatcher, connector.close) }
}

function openProxied(connection: Connection, proxy: string, loadTrust: () => Trust): Connections {
  const closing = new AbortController()
  // Every socket listens, two for each tunnel: more than Node thinks right without a warning.
  setMaxListeners(0, closing.signal)
  // Here, where it is known whether it is worth optimising (`tier-up.ts`): the proxies' undici is another, and shares it.
  compileParser()
  // A proxy may be asked for http alone: TLS is loaded here only for who names authorities.
  const trust = connection.caFile === undefined ? { rejectUnauthorized: !connection.unsafe } : loadTrust()
  const connect = { ...trust, timeout: 0, signal: closing.signal }
  const dispatcher = new (requireProxyAgent())({
    ...LIMITS,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: connection.proxies.noProxy ?? '',
    requestTls: connect,
    proxyTls: connect,
    connect,
  })
  return { dispatcher, close: () => closeWith(dispatcher, () => closing.abort()) }
}

/** @param closeConnecting ends what `destroy` lets be: sockets that are still connecting */
function closeWith(dispatcher: Dispatcher, closeConnecting: () => void): void {
  // Nobody is left to hear how the connections ended.
  dispatcher.destroy().catch(() => {})
  closeConnecting()
}

/** https goes through HTTPS_PROXY only and http through HTTP_PROXY only, as with curl. */
function chooseProxy({ apiBase, proxies }: Connection): string | undefined {
  const isHttps = apiBase.startsWith('https:')
  const proxy = isHttps ? proxies.httpsProxy : proxies.httpProxy
  if (proxy === undefined || proxy === '') return undefined
  const url = parseProxy(proxy.includes('://') ? proxy : `http://${proxy}`)
  if (url !== undefined) return url
  throw new LockerError(
    `${isHttps ? 'HTTPS_PROXY' : 'HTTP_PROXY'} is not an HTTP proxy's address: set it like http://proxy.example:3128`,
  )
}

function parseProxy(text: string): string | undefined {
  try {
    const { href, protocol, username, password } = new URL(text)
    // undici decodes them, and throws its own way where that is impossible.
    decodeURIComponent(username + password)
    return protocol === 'http:' || protocol === 'https:' ? href : undefined
  } catch {
    return undefined
  }
}

/** Only a start behind a proxy pays for loading this. */
function requireProxyAgent(): typeof EnvHttpProxyAgent {
  return require('./proxy-agent.cjs')
}

/**
 * Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment does not switch our checks off.
 *
 * @returns loads TLS, and makes the one context that all connections share
 */
function prepareTrust({ unsafe, caFile }: Connection): () => Trust {
  const authorities = caFile === undefined ? [] : readAuthorities(caFile)
  return () => ({ rejectUnauthorized: !unsafe, secureContext: trustAlso(authorities) })
}

/** What Node calls where it is given `ca`; it has no documented name. */
interface NativeContext {
  readonly context?: { addCACert?: (pem: Buffer) => void }
}

/**
 * Added to the default ones, to which Node 22.15 and later count those of NODE_EXTRA_CA_CERTS. `ca` would replace
 * them: they would have to be named again, and be parsed once more: 48 ms and not 22 on Node 20, 6.5 and not 1.5 on 24.
 */
function trustAlso(authorities: readonly string[]): SecureContext {
  const tls: typeof import('node:tls') & { getCACertificates?: (type: 'default') => string[] } =
    require('node:tls')
  const trusting = tls.createSecureContext()
  if (authorities.length === 0) return trusting
  const { context } = trusting as NativeContext
  if (typeof context?.addCACert === 'function') {
    for (const pem of authorities) context.addCACert(Buffer.from(pem))
    return trusting
  }
  const defaults = tls.getCACertificates?.('default') ?? tls.rootCertificates
  return tls.createSecureContext({ ca: [...defaults, ...authorities] })
}

/** OpenSSL passes over what it can't read; a user who named a file wants to know. */
function readAuthorities(caFile: string): readonly string[] {
  const certificates =
    readPem(caFile).match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? []
  if (certificates.length > 0 && certificates.every(isCertificate)) return certificates
  throw new LockerError(
    `the file of LOCKER_CA_FILE holds no PEM certificate, or a broken one: ${oneLine(caFile)}`,
  )
}

/** Never blocks, whatever lies there: this may be the main thread. */
function readPem(caFile: string): string {
  const pem = readTextFile(caFile, MAX_CA_FILE_BYTES)
  if (typeof pem === 'string') return pem
  throw new LockerError(`the file of LOCKER_CA_FILE ${pem.text}: ${oneLine(caFile)}`)
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new (process.getBuiltinModule('node:crypto').X509Certificate)(pem))
  } catch {
    return false
  }
}
