/** The connections: a pool of our own, through a proxy where the environment names one. */
import { readFileSync } from 'node:fs'
import type { Dispatcher, EnvHttpProxyAgent } from 'undici'
// Narrow imports: undici as a whole loads fetch, websockets and caches, which a start never needs.
import Pool from 'undici/lib/dispatcher/pool.js'
import type { Connection } from '../config/config.ts'
import { describeFailure, LockerError } from '../errors.ts'

/** Requests that may be under way at once; each has a kept-alive connection of its own. */
export const MAX_CONNECTIONS = 6

/**
 * @param connection where the service is and how to trust it
 * @returns a dispatcher of our own; the caller destroys it
 * @throws LockerError `locker_error` when `caFile` can't be read or the proxy's address isn't a URL
 */
export function createDispatcher(connection: Connection): Dispatcher {
  const tls = tlsOptions(connection)
  const limits = {
    connections: MAX_CONNECTIONS,
    // The one deadline over everything is kept by the caller; these would only cut it short.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  }
  const proxy = chooseProxy(connection)
  if (proxy === undefined) {
    return new Pool(new URL(connection.apiBase).origin, {
      ...limits,
      connect: { ...tls, timeout: 0 },
    })
  }
  const { noProxy = '' } = connection.proxies
  return new (requireProxyAgent())({
    ...limits,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy,
    requestTls: tls,
    proxyTls: tls,
    connect: { ...tls, timeout: 0 },
  })
}

/** https goes through HTTPS_PROXY only and http through HTTP_PROXY only, as with curl. */
function chooseProxy({ apiBase, proxies }: Connection): string | undefined {
  const isHttps = apiBase.startsWith('https:')
  const proxy = isHttps ? proxies.httpsProxy : proxies.httpProxy
  if (proxy === undefined || proxy === '') return undefined
  const url = proxy.includes('://') ? proxy : `http://${proxy}`
  if (URL.canParse(url)) return url
  throw new LockerError(
    `${isHttps ? 'HTTPS_PROXY' : 'HTTP_PROXY'} is not a URL: set it like http://proxy.example:3128`,
  )
}

/** Only a start behind a proxy pays for loading this. */
function requireProxyAgent(): typeof EnvHttpProxyAgent {
  return require('undici/lib/dispatcher/env-http-proxy-agent.js')
}

/**
 * Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment does not switch our checks off.
 */
function tlsOptions({ unsafe, caFile }: Connection): { rejectUnauthorized: boolean; ca?: string[] } {
  if (caFile === undefined) return { rejectUnauthorized: !unsafe }
  return { rejectUnauthorized: !unsafe, ca: [...defaultAuthorities(), readAuthorities(caFile)] }
}

function readAuthorities(caFile: string): string {
  const pem = readPem(caFile)
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  throw new LockerError(`the file of LOCKER_CA_FILE holds no PEM certificate: ${caFile}`)
}

function readPem(caFile: string): string {
  try {
    return readFileSync(caFile, 'utf8')
  } catch (error) {
    throw new LockerError(`the file of LOCKER_CA_FILE can't be read (${describeFailure(error)}): ${caFile}`)
  }
}

/** `ca` replaces the default authorities, so they are named again. Node 22.15 can say what they are. */
function defaultAuthorities(): readonly string[] {
  const tls: {
    rootCertificates: readonly string[]
    getCACertificates?: (type: 'default') => string[]
  } = require('node:tls')
  return tls.getCACertificates?.('default') ?? tls.rootCertificates
}
