/** The way through a proxy, where the environment names one. */
import { setMaxListeners } from 'node:events'
import type { EnvHttpProxyAgent } from 'undici'
import type { Connection } from '../config/config.ts'
import { LockerError } from '../errors.ts'
import type { Connections } from './connections.ts'
import { connectBy, LIMITS } from './dispatcher.ts'
import { compileParser } from './parser.ts'
import type { Trust } from './trust.ts'

/**
 * @param connection names the proxies
 * @param origin of the service
 * @param loadTrust as `prepareTrust` returns it
 * @returns undefined: there is no proxy for this service
 * @throws LockerError `locker_error` when the proxy's address isn't a proxy's
 */
export function openProxied(
  connection: Connection,
  origin: string,
  loadTrust: () => Trust,
): Connections | undefined {
  const proxy = chooseProxy(connection)
  if (proxy === undefined) return undefined
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
  return connectBy(dispatcher, origin, () => closing.abort())
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
