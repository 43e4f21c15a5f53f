import type { ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MAX_CONNECTIONS, type Receiver } from '../../src/http/connections.ts'
import { makeCertificate } from './certificates.ts'
import { connectionTo, openConnections } from './client.ts'
import { json, startHeadServer, startServer } from './test-server.ts'

const REQUEST = { method: 'GET', path: '/v1/profile', headers: {} } as const
/** A machine may be busy. */
const WITHIN = { timeout: 10_000 }
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n'

/** Records what it is told, and calls back at each. */
function createReceiver(onTold: (told: string) => void = () => {}) {
  const told: string[] = []
  const note = (event: string) => () => {
    told.push(event)
    onTold(event)
  }
  const receiver: Receiver = {
    onSent: note('sent'),
    onHead: note('head'),
    onData: note('data'),
    onEnd: note('end'),
    onError: note('error'),
  }
  return { told, receiver }
}

async function open(answer: string) {
  const server = await startHeadServer((socket) => socket.write(answer))
  const connections = openConnections(connectionTo(server.origin), server.origin)
  onTestFinished(() => connections.close())
  return { server, connections }
}

/** What may come after the end has come by then. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 100))

describe('a receiver is told of one end, and of nothing after it, of an answer that', () => {
  it.each([
    ['is complete', `${HEAD}\r\n{}`],
    ['has no body', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['is followed by another', `${HEAD}\r\n{}${HEAD}\r\n[]`],
    ['is followed by what is none', `${HEAD}\r\n{}junk`],
    ['has a broken chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nx\r\n'],
    ['wants another protocol', 'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
    ['is none', 'SSH-2.0\r\n'],
  ])('%s', async (_, answer) => {
    const { connections } = await open(answer)
    const { told, receiver } = createReceiver()
    connections.send(REQUEST, receiver)
    await expect.poll(() => told).toSatisfy((events: string[]) => /^(end|error)$/.test(events.at(-1) ?? ''))
    await settle()
    expect(told.filter((event) => event === 'end' || event === 'error')).toHaveLength(1)
    expect(told.at(-1)).toMatch(/^(end|error)$/)
  })

  it.each(['sent', 'head', 'data'])('is given up at "%s"', async (moment) => {
    const { connections, server } = await open(`HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}`)
    const { told, receiver } = createReceiver((event) => {
      if (event === moment) setImmediate(() => cancel(new Error('given up')))
    })
    const cancel = connections.send(REQUEST, receiver)
    await expect.poll(() => told).toContain('error')
    await settle()
    expect(told.filter((event) => event === 'error')).toHaveLength(1)
    expect(told.at(-1)).toBe('error')
    // undici opens another one, for whatever may come.
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true)
  })
})

/** What a server may do with a request; it goes round. */
const MOODS: readonly ((response: ServerResponse) => void)[] = [
  (response) => json(response, 200, {}),
  () => {},
  (response) => response.destroy(),
  (response) => response.writeHead(200, { 'content-length': 9 }).write('{'),
  (response) => setTimeout(() => json(response, 200, {}), 15),
]

it.each(['http', 'https'])(
  'gives up requests at any moment, by %s, and none is left or in the way',
  async (scheme) => {
    const certificate = scheme === 'https' ? await makeCertificate() : undefined
    let isKind = false
    const server = await startServer((request, response) => {
      const [answer] = MOODS
      ;((isKind ? answer : MOODS[request.number % MOODS.length]) ?? answer)?.(response)
    }, certificate)
    const connections = openConnections(connectionTo(server.origin, { unsafe: true }), server.origin)
    onTestFinished(() => connections.close())
    const send = (giveUpMs?: number) => {
      const { told, receiver } = createReceiver()
      const cancel = connections.send(REQUEST, receiver)
      if (giveUpMs !== undefined) setTimeout(() => cancel(new Error('given up')), giveUpMs)
      return told
    }
    const all = Array.from({ length: 60 }, (_, index) => send(index % 30))
    await expect.poll(() => all.every((told) => /^(end|error)$/.test(told.at(-1) ?? ''))).toBe(true)
    isKind = true
    await settle()
    const later = Array.from({ length: 2 * MAX_CONNECTIONS }, () => send())
    await expect
      .poll(() => later.map((told) => told.at(-1)), { timeout: 10_000 })
      .toEqual(later.map(() => 'end'))
    for (const told of all) expect(told.filter((event) => /^(end|error)$/.test(event))).toHaveLength(1)
  },
)

it('fails nobody whose server ends each answer with a line that it does not count', async () => {
  for (const delayMs of [0, 2]) {
    const server = await startHeadServer((socket) => {
      socket.write(`${HEAD}\r\n{}`)
      setTimeout(() => socket.writable && socket.write('\r\n'), delayMs)
    })
    const connections = openConnections(connectionTo(server.origin), server.origin)
    onTestFinished(() => connections.close())
    for (let number = 0; number < 30; number++) {
      const { told, receiver } = createReceiver()
      connections.send(REQUEST, receiver)
      await expect.poll(() => told.at(-1), WITHIN).toMatch(/^(end|error)$/)
      expect(told).toEqual(['sent', 'head', 'data', 'end'])
    }
  }
})

it('given up by its receiver, a request is in the way of none that waits', async () => {
  const { connections } = await open(`${HEAD}\r\n{}`)
  const all = Array.from({ length: 3 * MAX_CONNECTIONS }, (_, index) => {
    const { told, receiver } = createReceiver((event) => {
      if (index < MAX_CONNECTIONS && event === 'head') cancel(new Error('given up'))
    })
    const cancel = connections.send(REQUEST, receiver)
    return told
  })
  const ends = all.map((_, index) => (index < MAX_CONNECTIONS ? 'error' : 'end'))
  await expect.poll(() => all.map((told) => told.at(-1)), WITHIN).toEqual(ends)
})
