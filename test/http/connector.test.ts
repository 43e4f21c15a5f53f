import { createSecureContext } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createConnector } from '../../src/http/connector.ts'
import type { Trust } from '../../src/http/trust.ts'
import { makeCertificate } from './certificates.ts'
import { json, startServer } from './test-server.ts'

const trust = (): Trust => ({ rejectUnauthorized: false, secureContext: createSecureContext() })

function connectTo(port: number, protocol: string, loadTrust: () => Trust) {
  const connector = createConnector(loadTrust)
  onTestFinished(() => connector.close())
  const target = { hostname: '127.0.0.1', host: `127.0.0.1:${port}`, protocol, port: String(port) }
  return new Promise<string>((resolve) => {
    connector.connect(target, (error, socket) => {
      resolve(error?.message ?? (socket === null ? '' : socket.constructor.name))
      socket?.on('error', () => {}).destroy()
    })
  })
}

describe('a connection', () => {
  it('by http is TCP, and asks for no trust', async () => {
    const { port } = await startServer((_, response) => json(response, 200, {}))
    const refuse = () => {
      throw new Error('asked')
    }
    await expect(connectTo(port, 'http:', refuse)).resolves.toBe('Socket')
  })

  it('by https asks for trust once, when TCP is on its way', async () => {
    const { port } = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    const asked: number[] = []
    const before = connecting()
    const name = await connectTo(port, 'https:', () => {
      asked.push(connecting() - before)
      return trust()
    })
    expect(name).toBe('TLSSocket')
    expect(asked).toEqual([1])
  })

  it('is an error, and leaves no socket, where TLS cannot be loaded', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    const failing = () => {
      throw new Error('no TLS here')
    }
    await expect(connectTo(server.port, 'https:', failing)).resolves.toBe('no TLS here')
    for (const socket of server.sockets) {
      if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
    }
  })

  it.each(['http:', 'https:'])('by %s that nobody takes is an error', async (protocol) => {
    await expect(connectTo(1, protocol, trust)).resolves.toContain('ECONNREFUSED')
  })
})

/** Sockets of this process that TCP has been told to connect, or has connected. */
function connecting(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length
}
