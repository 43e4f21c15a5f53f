/** The network's half by undici: in a process, or a thread, in which others are. */
import { openPool } from '../http/pool.ts'
import { createService, type ServiceOptions } from '../http/service.ts'
import { type Client, createClient } from './client.ts'
import { createFetch } from './fetch.ts'

export const { fetchProject, openRevisionReader } = createFetch(openPool)

/**
 * For the SDK, which asks for single things, again and again.
 *
 * @throws LockerError as `OpenConnections` has it
 */
export function openClient(options: ServiceOptions): Client {
  return createClient(createService(openPool, options))
}
