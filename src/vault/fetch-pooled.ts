/** The network's half by undici: in a process, or a thread, in which others are. */
import { openPool } from '../http/pool.ts'
import { createFetch } from './fetch.ts'

export const { fetchProject, openClient, openRevisionReader } = createFetch(openPool)
