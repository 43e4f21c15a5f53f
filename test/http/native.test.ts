/** Whatever is promised of connections, those by Node's sockets keep as well: the same tests, once more. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openNative } from '../../src/http/native.ts'
import { connectionTo, testConnections } from './client.ts'
import { json, startServer } from './test-server.ts'

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

function open(origin: string) {
  const connections = openNative(connectionTo(origin), origin)
  onTestFinished(() => connections.close())
  /** @returns how it ended, and what gives it up */
  return (headers = {}) => {
    let cancel: ((reason: Error) => void) | undefined
    const ended = new Promise<unknown>((resolve) => {
      cancel = connections.send(
        { ...REQUEST, headers },
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
  const bad = Array.from({ length: 12 }, () => send({ 'x-a': 'b\r\nx-c: d' }))
  const good = send()
  for (const { ended } of bad) expect(await ended).toMatchObject({ code: 'ERR_INVALID_CHAR' })
  expect(await good.ended).toBe('answered')
  expect(server.seen).toHaveLength(1)
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
