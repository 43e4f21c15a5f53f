/** Servers that fail in one way each, gone after the test. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { startDevServer } from '../../src/dev-server/index.ts'
import { type Certificate, writeTemporary } from '../http/certificates.ts'
import { json, startHeadServer, startRawServer, startServer, unusedOrigin } from '../http/test-server.ts'
import { createProject, pageOf, profileOf } from '../vault/test-project.ts'
import type { Target } from './doors.ts'

/** For what ends by itself: far beyond what a busy machine takes. */
const PATIENT_MS = 60_000
/** For what never ends. */
export const DEADLINE_MS = 700

const CREDENTIAL = {
  accessKeyId: '00000000-0000-4000-8000-000000000000',
  secretAccessKey: Buffer.alloc(32, 7).toString('base64'),
}

/** Starts a server, and says how to reach it. */
export type Arrange = () => Promise<Target>

/** One secret, A, whose value is a. */
export const SEED = { secrets: [{ key: 'A', value: 'a' }] }

export const fine: Arrange = faulty('')

/** @param spec the text of `--fault` */
export function faulty(spec: string, timeoutMs = PATIENT_MS, maxPageSize = 2000): Arrange {
  return async () => {
    const secrets = [...SEED.secrets, { key: 'B', value: 'b' }, { key: 'C', value: 'c' }]
    const server = await startDevServer({ seeds: [{ secrets }], faults: spec, maxPageSize })
    onTestFinished(() => server.close())
    const { apiBase, accessKeyId, secretAccessKey } = server
    return { apiBase, accessKeyId, secretAccessKey, timeoutMs }
  }
}

/** Faulty, and what fails will never come to an end. */
export const endless = (spec: string): Arrange => faulty(spec, DEADLINE_MS)

/** A body for every request. */
export const answering = (body: string | Buffer): Arrange =>
  served((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body))

/** @param answer gets the path without query */
export function served(
  answer: (path: string, response: ServerResponse, number: number) => void,
  tls?: { certificate: () => Promise<Certificate>; isTrusted: boolean },
): Arrange {
  return async () => {
    const certificate = await tls?.certificate()
    const options = certificate && { key: certificate.key, cert: certificate.cert }
    const { origin } = await startServer(
      ({ path, number }, response) => answer(path.replace(/\?.*/s, ''), response, number),
      options,
    )
    const trusted = tls?.isTrusted && certificate ? { caFile: writeTemporary(certificate.cert) } : {}
    return { ...CREDENTIAL, ...trusted, apiBase: origin, timeoutMs: PATIENT_MS }
  }
}

/** @param onRequest gets the connection when a request's head has come */
export function raw(onRequest: (socket: Socket) => void, timeoutMs = PATIENT_MS): Arrange {
  return async () => ({ ...CREDENTIAL, apiBase: (await startHeadServer(onRequest)).origin, timeoutMs })
}

/** @param onConnection gets it before a byte has come */
export function connected(onConnection: (socket: Socket) => void, timeoutMs = PATIENT_MS): Arrange {
  return async () => ({ ...CREDENTIAL, apiBase: (await startRawServer(onConnection)).origin, timeoutMs })
}

export const refused: Arrange = async () => ({
  ...CREDENTIAL,
  apiBase: await unusedOrigin(),
  timeoutMs: PATIENT_MS,
})

export const nowhere: Arrange = async () => ({
  ...CREDENTIAL,
  apiBase: 'https://locker.invalid',
  timeoutMs: 10_000,
})

/** What a project's answers hold instead of what they would. */
export interface Changed {
  readonly profile?: Readonly<Record<string, unknown>>
  readonly page?: Readonly<Record<string, unknown>>
  readonly record?: Readonly<Record<string, unknown>>
}

/** @param change gets an answer's path, what the answer would be, and its number */
export function changed(change: Changed | ((number: number) => Changed)): Arrange {
  return async () => {
    const project = createProject()
    const target = await served((path, response, number) => {
      const { profile, page, record } = typeof change === 'function' ? change(number) : change
      const answer = profileOf(project) as { profile: object }
      if (path === '/v1/profile')
        return json(response, 200, { ...answer, profile: { ...answer.profile, ...profile } })
      const secret = { ...project.secret('A', 'a'), id: `id-${number}`, ...record }
      json(response, 200, { ...pageOf([secret]), ...page })
    })()
    return { ...target, secretAccessKey: project.secretBytes.toString('base64') }
  }
}

/** A byte every 50 ms, after what is sent at once; until the other side hangs up. */
export function drip(socket: Socket, start: string): void {
  socket.write(start)
  const timer = setInterval(() => socket.write('x'), 50)
  socket.on('close', () => clearInterval(timer))
}
