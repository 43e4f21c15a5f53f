import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createSecureContext, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exchange } from '../../src/http/native-exchange.ts'
import { createSockets, type Sockets } from '../../src/http/native-sockets.ts'
import { writeRequest } from '../../src/http/request-text.ts'
import type { Trust } from '../../src/http/trust.ts'
import { makeCertificate } from './certificates.ts'
import { json, startRawServer, startServer } from './test-server.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

const trust = (): Trust => ({ rejectUnauthorized: false, secureContext: createSecureContext() })
const refuse = (): Trust => {
  throw new Error('no TLS here')
}

function open(origin: string, loadTrust: () => Trust): Sockets {
  const sockets = createSockets(new URL(origin), loadTrust)
  onTestFinished(() => sockets.close())
  return sockets
}

/** @returns the socket that the answer came by, which is given back, or the words of what went wrong */
const ask = (sockets: Sockets) =>
  new Promise<Socket | string>((resolve) => {
    sockets.take((socket) => {
      if (socket instanceof Error) return resolve(socket.message)
      const request = writeRequest({ method: 'GET', path: '/', headers: {} }, 'locker.test')
      const receiver = {
        onSent: () => {},
        onHead: () => {},
        onData: () => {},
        onEnd: () => resolve(socket),
        onError: (error: Error) => resolve(error.message),
      }
      exchange(socket, request, receiver, ({ idleMs, unanswered }) => {
        sockets.giveBack(socket, idleMs)
        if (unanswered !== undefined) receiver.onError(unanswered)
      })
    })
  })

describe('a socket', () => {
  it('by http asks for no trust', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    expect(await ask(open(server.origin, refuse))).not.toBeTypeOf('string')
  })

  it('by https asks for trust once, when TCP is on its way', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    const asked: number[] = []
    const before = connecting()
    const sockets = open(server.origin, () => {
      asked.push(connecting() - before)
      return trust()
    })
    const found = await Promise.all([ask(sockets), ask(sockets)])
    expect(found.map((socket) => typeof socket === 'object' && (socket as TLSSocket).encrypted)).toEqual([
      true,
      true,
    ])
    expect(asked).toHaveLength(1)
    expect(asked[0]).toBeGreaterThan(0)
  })

  it('by https resumes the session of an earlier one', async () => {
    const certificate = { ...(await makeCertificate()), maxVersion: 'TLSv1.2' } as const
    const server = await startServer(() => {}, certificate)
    const sockets = open(server.origin, trust)
    const reused: boolean[] = []
    for (let number = 0; number < 2; number++) {
      const socket = await new Promise<TLSSocket>((resolve) =>
        sockets.take((made) => resolve(made as TLSSocket)),
      )
      await once(socket, 'secureConnect')
      reused.push(socket.isSessionReused())
      sockets.giveBack(socket, 0)
    }
    expect(reused).toEqual([false, true])
  })

  it('is an error, and leaves nothing open, where TLS cannot be loaded', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    expect(await ask(open(server.origin, refuse))).toBe('no TLS here')
    for (const socket of server.sockets) {
      if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
    }
  })

  it.each(['http:', 'https:'])('by %s that nobody takes is an error', async (protocol) => {
    expect(await ask(open(`${protocol}//127.0.0.1:1`, trust))).toContain('ECONNREFUSED')
  })

  it.runIf(hasIpv6)('to an address in brackets is made to the address', async () => {
    const server = createServer((_, response) => response.end())
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await ask(open(`http://[::1]:${port}`, trust))).not.toBeTypeOf('string')
  })
})

describe('giving up', () => {
  it('ends a connection by https that is still being made', async () => {
    const server = await startRawServer(() => {}, 'https')
    const made = await new Promise((resolve) => {
      const giveUp = open(server.origin, trust).take(resolve)
      setImmediate(giveUp)
    })
    expect(made).toMatchObject({ message: 'closed' })
  })

  it('does nothing to a socket that has been taken', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    const sockets = open(server.origin, trust)
    const made = await new Promise<Socket | Error>((resolve) => {
      const giveUp = sockets.take((socket) => {
        giveUp()
        resolve(socket)
      })
    })
    expect(made).toMatchObject({ destroyed: false })
    ;(made as Socket).destroy()
  })
})

describe('a socket that nobody uses', () => {
  it('is the next one to be taken', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const sockets = open(server.origin, trust)
    const [first, second] = [await ask(sockets), await ask(sockets)]
    expect(second).toBe(first)
    expect(server.sockets).toHaveLength(1)
  })

  it('is not taken again, when it had been ended before it was given back', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const sockets = open(server.origin, trust)
    const first = (await ask(sockets)) as Socket
    expect(await new Promise((resolve) => sockets.take(resolve))).toBe(first)
    sockets.giveBack(first.destroy(), 4000)
    const next = new Promise<Socket | Error>((resolve) => sockets.take(resolve))
    expect(await next).not.toBe(first)
    ;((await next) as Socket).destroy()
  })

  it.each([
    ['after four seconds', {}],
    ['when the server says so', { 'keep-alive': 'timeout=2' }],
  ])('is closed %s, and one that is used is not', async (_, headers) => {
    const server = await startServer((request, response) => {
      const answer = () => json(response, 200, {}, headers)
      if (request.number === 2) setTimeout(answer, 5000)
      else answer()
    })
    const sockets = open(server.origin, trust)
    await ask(sockets)
    expect(await ask(sockets)).not.toBeTypeOf('string')
    expect(server.sockets).toHaveLength(1)
    const [socket] = server.sockets
    await new Promise((resolve) => socket?.once('close', resolve))
  })

  it.each([
    ['says it will not wait', { 'keep-alive': 'timeout=1' }],
    ['wants no more of it', { connection: 'close' }],
  ])('is closed at once where the server %s', async (_, headers) => {
    const server = await startServer((__, response) => json(response, 200, {}, headers))
    const socket = await ask(open(server.origin, trust))
    expect(socket).toMatchObject({ destroyed: true })
  })

  it.each([
    ['says something', (socket: Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\n\r\n')],
    ['hangs up', (socket: Socket) => socket.end()],
    ['is gone', (socket: Socket) => socket.resetAndDestroy()],
  ])('is closed when the server %s, and the next one is new', async (_, end) => {
    const server = await startServer((__, response) => json(response, 200, {}))
    const sockets = open(server.origin, trust)
    const first = (await ask(sockets)) as Socket
    const closed = new Promise((resolve) => first.once('close', resolve))
    for (const socket of server.sockets) end(socket)
    await closed
    expect(await ask(sockets)).not.toBe(first)
    expect(server.sockets).toHaveLength(2)
  })
})

describe('close', () => {
  it.each(['http:', 'https:'])('ends a connection by %s that is idle', async (protocol) => {
    const server = await startServer(
      (_, response) => json(response, 200, {}),
      protocol === 'https:' ? await makeCertificate() : undefined,
    )
    const sockets = open(server.origin, trust)
    const socket = await ask(sockets)
    expect(socket).toMatchObject({ destroyed: false })
    sockets.close()
    expect(socket).toMatchObject({ destroyed: true })
  })

  it('ends one that is given back later', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const sockets = open(server.origin, trust)
    const asked = ask(sockets)
    sockets.close()
    expect(await asked).toMatchObject({ destroyed: true })
  })

  it('ends a connection by https that is still being made', async () => {
    const server = await startRawServer(() => {}, 'https')
    const sockets = open(server.origin, trust)
    const asked = ask(sockets)
    sockets.close()
    expect(await asked).toBe('closed')
  })
})

/** Sockets of this process that TCP has been told to connect, or has connected. */
function connecting(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length
}
