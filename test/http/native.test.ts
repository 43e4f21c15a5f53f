/** Whatever is promised of connections, those by Node's sockets keep as well: the same tests, once more. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Outgoing } from '../../src/http/connections.ts'
import { openNative } from '../../src/http/native.ts'
import { connectionTo, testConnections } from './client.ts'
import { json, startHeadServer, startRawServer, startServer } from './test-server.ts'

// Before the tests are imported, which open connections of this kind from then on.
testConnections(openNative, 'src/vault/fetch-natively.ts')

describe("by Node's sockets:", async () => {
  await import('./connections.test.ts')
  await import('./transport.test.ts')
  await import('./body.test.ts')
  await import('./hanging.test.ts')
  await import('./network-failure.test.ts')
  await import('./proxy.test.ts')
  await import('./service.test.ts')
  await import('./tls.test.ts')
})

const REQUEST = { method: 'GET', path: '/', headers: {} } as const

/** @returns what sends */
function open(origin: string) {
  const connections = openNative(connectionTo(origin), origin)
  onTestFinished(() => connections.close())
  /** @returns how it ended, and what gives it up */
  return (other: Partial<Outgoing> = {}) => {
    let cancel: ((reason: Error) => void) | undefined
    const ended = new Promise<unknown>((resolve) => {
      cancel = connections.send(
        { ...REQUEST, ...other },
        {
          onSent: () => {},
          onHead: () => {},
          onData: () => {},
          onEnd: () => resolve('answered'),
          onError: resolve,
        },
      )
    })
    return { ended, cancel: () => cancel?.(new Error('given up')) }
  }
}

it('a request that was answered, and is given up then, ends nobody else', async () => {
  const server = await startServer((_, response) => setTimeout(() => json(response, 200, {}), 50))
  const send = open(server.origin)
  const first = send()
  expect(await first.ended).toBe('answered')
  const second = send()
  first.cancel()
  expect(await second.ended).toBe('answered')
  expect(server.sockets).toHaveLength(1)
})

it('a request that can not be sent asks nobody, and is in no way of others', async () => {
  const server = await startServer((_, response) => json(response, 200, {}))
  const send = open(server.origin)
  const bad = Array.from({ length: 12 }, () => send({ headers: { 'x-a': 'b\r\nx-c: d' } }))
  const good = send()
  for (const { ended } of bad) expect(await ended).toMatchObject({ code: 'ERR_INVALID_CHAR' })
  expect(await good.ended).toBe('answered')
  expect(server.seen).toHaveLength(1)
})

it.each([
  ['GET', 'is asked again', 'answered'],
  ['POST', 'is not', expect.objectContaining({ code: 'ECONNRESET' })],
] as const)('a %s that was not answered by a connection in use before %s', async (method, _, outcome) => {
  const server = await startHeadServer((socket, number) => {
    if (number === 2) socket.destroy()
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  })
  const send = open(server.origin)
  expect(await send().ended).toBe('answered')
  expect(await send({ method }).ended).toEqual(outcome)
  expect(await send().ended).toBe('answered')
  expect(server.sockets).toHaveLength(2)
})

it('a GET that was not answered by a new connection is not asked again', async () => {
  const server = await startHeadServer((socket) => socket.destroy())
  expect(await open(server.origin)().ended).toMatchObject({ code: 'ECONNRESET' })
  expect(server.sockets).toHaveLength(1)
})

it('a server that hangs up after each answer, and does not say so before, fails no GET', async () => {
  const server = await startHeadServer((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'),
  )
  const send = open(server.origin)
  const atOnce = Array.from({ length: 60 }, () => send().ended)
  expect(await Promise.all(atOnce)).toEqual(atOnce.map(() => 'answered'))
  for (let number = 0; number < 60; number++) expect(await send().ended).toBe('answered')
})

describe('a request of which a server does not hear all', () => {
  const large = { method: 'POST', body: 'x'.repeat(20_000_000) } as const

  it('fails, where it hangs up at once', async () => {
    const server = await startRawServer((socket) => socket.once('data', () => socket.pause().end()))
    const send = open(server.origin)
    expect(await send(large).ended).toMatchObject({ code: 'ECONNRESET' })
  })

  it('has its answer, and does not keep the next one waiting', async () => {
    const server = await startRawServer((socket) =>
      socket.once('data', () => socket.pause().write('HTTP/1.1 413 X\r\nContent-Length: 2\r\n\r\n{}')),
    )
    const send = open(server.origin)
    for (const request of [large, {}]) expect(await send(request).ended).toBe('answered')
    expect(server.sockets).toHaveLength(2)
  })
})

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

it.runIf(hasIpv6)('names its host as an address in brackets, with the port', async () => {
  const hosts: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    hosts.push(headers.host)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  onTestFinished(() => void server.close())
  const origin = `http://[::1]:${(server.address() as AddressInfo).port}`
  expect(await open(origin)().ended).toBe('answered')
  expect(hosts).toEqual([origin.slice('http://'.length)])
})
