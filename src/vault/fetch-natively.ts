/** The network's half by Node's sockets: in a process in which nobody else's code has run. */
import { openNative } from '../http/native.ts'
import { createFetch } from './fetch.ts'

export const { fetchProject, openRevisionReader } = createFetch(openNative)
