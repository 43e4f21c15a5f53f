/** The proxy variables, as curl reads them. `ALL_PROXY` is not read. */
import type { Proxies } from './config.ts'
import type { Environment } from './variables.ts'

/**
 * The lower-case spelling comes first, and switches a proxy off where it is empty. They are read from the real
 * environment only: a file in the working directory must not redirect traffic.
 *
 * @param env the process's environment
 * @param platform Windows ignores the case of names
 */
export function resolveProxies(env: Environment, platform: NodeJS.Platform): Proxies {
  const read = createReader(env, platform)
  const [httpProxy, httpsProxy, noProxy] = ['http_proxy', 'https_proxy', 'no_proxy'].map(read)
  return Object.freeze({
    ...(httpProxy ? { httpProxy } : {}),
    ...(httpsProxy ? { httpsProxy } : {}),
    ...(noProxy ? { noProxy } : {}),
  })
}

function createReader(env: Environment, platform: NodeJS.Platform): (name: string) => string | undefined {
  if (platform !== 'win32') return (name) => env[name] ?? env[name.toUpperCase()]
  const byName = new Map(Object.entries(env).map(([name, text]) => [name.toLowerCase(), text]))
  return (name) => byName.get(name)
}
