import { type ClientRequest, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createSecureContext, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSockets } from '../../src/http/native-sockets.ts'
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

function open(origin: string, loadTrust: () => Trust) {
  const sockets = createSockets(new URL(origin), loadTrust)
  onTestFinished(() => sockets.close())
  return sockets
}

function ask(sockets: ReturnType<typeof open>): ClientRequest {
  const sent = request(sockets.aim().options).end()
  sent.on('error', () => {})
  return sent
}

/** @returns the socket that the answer came by, or the words of what went wrong */
const outcome = (sent: ClientRequest) =>
  new Promise<TLSSocket | string>((resolve) => {
    sent.once('response', (answer) => {
      const { socket } = answer
      answer.resume().once('end', () => resolve(socket as TLSSocket))
    })
    sent.once('error', (error) => resolve(error.message))
  })

describe('a connection', () => {
  it('by http asks for no trust', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    expect(await outcome(ask(open(server.origin, refuse)))).not.toBeTypeOf('string')
  })

  it('by https asks for trust once, when TCP is on its way', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    const asked: number[] = []
    const before = connecting()
    const sockets = open(server.origin, () => {
      asked.push(connecting() - before)
      return trust()
    })
    const found = await Promise.all([outcome(ask(sockets)), outcome(ask(sockets))])
    expect(found.map((socket) => typeof socket === 'object' && socket.encrypted)).toEqual([true, true])
    expect(asked).toHaveLength(1)
    expect(asked[0]).toBeGreaterThan(0)
  })

  it('by https resumes the session of an earlier one', async () => {
    const certificate = { ...(await makeCertificate()), maxVersion: 'TLSv1.2' } as const
    const server = await startServer(
      (_, response) => json(response, 200, {}, { connection: 'close' }),
      certificate,
    )
    const sockets = open(server.origin, trust)
    const reused: (boolean | undefined)[] = []
    for (let number = 0; number < 2; number++) {
      const socket = await outcome(ask(sockets))
      reused.push(typeof socket === 'object' ? socket.isSessionReused() : undefined)
    }
    expect(reused).toEqual([false, true])
  })

  it('is an error, and leaves no socket, where TLS cannot be loaded', async () => {
    const server = await startServer((_, response) => json(response, 200, {}), await makeCertificate())
    expect(await outcome(ask(open(server.origin, refuse)))).toBe('no TLS here')
    for (const socket of server.sockets) {
      if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
    }
  })

  it.each(['http:', 'https:'])('by %s that nobody takes is an error', async (protocol) => {
    expect(await outcome(ask(open(`${protocol}//127.0.0.1:1`, trust)))).toContain('ECONNREFUSED')
  })

  it.runIf(hasIpv6)('to an address in brackets is made to the address, and says the brackets', async () => {
    const hosts: (string | undefined)[] = []
    const server = createServer(({ headers }, response) => {
      hosts.push(headers.host)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const sockets = open(`http://[::1]:${port}`, trust)
    expect(await outcome(ask(sockets))).not.toBeTypeOf('string')
    expect(hosts).toEqual([`[::1]:${port}`])
  })
})

it('giving up ends a connection by https that is still being made', async () => {
  const server = await startRawServer(() => {}, 'https')
  const target = open(server.origin, trust).aim()
  const sent = request(target.options).end()
  const ended = outcome(sent)
  await new Promise(setImmediate)
  target.giveUp()
  expect(await ended).toBe('closed')
})

it.each([
  ['after four seconds', {}],
  ['when the server says so', { 'keep-alive': 'timeout=2' }],
])('a connection that nobody uses is closed %s, and one that is used is not', async (_, headers) => {
  const server = await startServer((request, response) => {
    const answer = () => json(response, 200, {}, headers)
    if (request.number === 2) setTimeout(answer, 5000)
    else answer()
  })
  const sockets = open(server.origin, trust)
  await outcome(ask(sockets))
  expect(await outcome(ask(sockets))).not.toBeTypeOf('string')
  expect(server.sockets).toHaveLength(1)
  const [socket] = server.sockets
  await new Promise((resolve) => socket?.once('close', resolve))
})

describe('close', () => {
  it.each(['http:', 'https:'])('ends a connection by %s that is still being made', async (protocol) => {
    const server = await startRawServer(() => {})
    const sockets = open(`${protocol}//127.0.0.1:${server.port}`, trust)
    const ended = outcome(ask(sockets))
    sockets.close()
    expect(await ended).toMatch(/^(closed|socket hang up)$/)
  })

  it('ends one that is shaking hands', async () => {
    let hello: (() => void) | undefined
    const server = await startRawServer((socket) => socket.once('data', () => hello?.()), 'https')
    const sockets = open(server.origin, trust)
    const ended = outcome(ask(sockets))
    await new Promise<void>((resolve) => {
      hello = resolve
    })
    sockets.close()
    expect(await ended).toBe('socket hang up')
  })
})

/** Sockets of this process that TCP has been told to connect, or has connected. */
function connecting(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length
}
