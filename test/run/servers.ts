/** Servers for the built `locker-run`, closed after the test. */
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type DevServer, type DevServerOptions, startDevServer } from '../../src/dev-server/index.ts'
import type { Variables } from './built.ts'

/** @returns a real server, with what a client needs to reach it */
export async function startServer(options: DevServerOptions): Promise<{ server: DevServer; env: Variables }> {
  const server = await startDevServer(options)
  onTestFinished(() => server.close())
  return { server, env: variablesFor(server.apiBase, server) }
}

/** @returns a server that takes connections and never says a word */
export async function startSilentServer(): Promise<{ connected: Promise<void>; env: Variables }> {
  const sockets: Socket[] = []
  const server = createServer()
  const connected = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      sockets.push(socket.on('error', () => {}))
      resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const key = { accessKeyId: '00000000-0000-4000-8000-000000000000', secretAccessKey: 'Y2FuYXJ5' }
  return { connected, env: variablesFor(`http://127.0.0.1:${port}`, key) }
}

function variablesFor(
  apiBase: string,
  { accessKeyId, secretAccessKey }: Pick<DevServer, 'accessKeyId' | 'secretAccessKey'>,
): Variables {
  return {
    LOCKER_API_BASE: apiBase,
    LOCKER_ACCESS_KEY_ID: accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: secretAccessKey,
    LOCKER_CACHE: 'false',
  }
}
