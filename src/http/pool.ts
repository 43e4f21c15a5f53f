/**
 * Connections by undici, in a bundle of our own: in somebody else's process nobody can watch it, nor put anything in its
 * place.
 */
// Narrow imports: undici as a whole loads fetch, websockets and caches, which a start never needs.
import Pool from 'undici/lib/dispatcher/pool.js'
import type { OpenConnections } from './connections.ts'
import { createConnector } from './connector.ts'
import { connectBy, LIMITS } from './dispatcher.ts'
import { openProxied } from './proxied.ts'
import { prepareTrust } from './trust.ts'

/** As {@link OpenConnections} has it. */
export const openPool: OpenConnections = (connection, origin) => {
  const loadTrust = prepareTrust(connection)
  const proxied = openProxied(connection, origin, loadTrust)
  if (proxied !== undefined) return proxied
  const connector = createConnector(loadTrust)
  return connectBy(new Pool(origin, { ...LIMITS, connect: connector.connect }), origin, connector.close)
}
