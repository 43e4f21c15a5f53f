/** A CONNECT proxy on loopback: the real thing, but for the names, which it takes wherever the test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** One CONNECT as it came in. */
export interface Tunnel {
  /** Host and port. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
}

export interface ProxyOptions {
  /** Where every tunnel leads, whatever name was asked for. */
  readonly port: number
  /** The status of each CONNECT, 200 by default; undefined: no answer, ever. */
  readonly status?: (number: number) => number | undefined
  /** Speaks TLS itself. */
  readonly tls?: TlsOptions
}

export interface TestProxy {
  readonly port: number
  readonly tunnels: readonly Tunnel[]
}

/** Closed when the test ends. */
export async function startProxy({ port, status = () => 200, tls }: ProxyOptions): Promise<TestProxy> {
  const tunnels: Tunnel[] = []
  const sockets: Socket[] = []
  const server = tls === undefined ? createServer() : createTlsServer(tls)
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.on('request', (_, response) => response.writeHead(405).end())
  server.on('connect', ({ url: target = '', headers }, client: Socket) => {
    tunnels.push({ target, headers })
    client.on('error', () => {})
    const answer = status(tunnels.length)
    if (answer === undefined) return
    if (answer !== 200) return void client.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\n\r\n`)
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    sockets.push(upstream)
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return { port: (server.address() as AddressInfo).port, tunnels }
}
