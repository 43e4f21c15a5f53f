import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Connection } from '../../src/config/config.ts'
import { MAX_CONNECTIONS } from '../../src/http/connections.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { createTransport, type Transport } from '../../src/http/transport.ts'
import { makeCertificate } from './certificates.ts'
import { ACCESS_KEY_ID, connectionTo, openConnections } from './client.ts'
import { json, type Seen, startRawServer, startServer } from './test-server.ts'

const never = new AbortController().signal

function openTransport(apiBase: string, other: Partial<Connection> = {}): Transport {
  const transport = createTransport(openConnections, connectionTo(apiBase, other), ACCESS_KEY_ID)
  onTestFinished(() => transport.close())
  return transport
}

async function send(other: Partial<Connection>, body?: string): Promise<Seen> {
  const server = await startServer((_, response) => json(response, 200, {}))
  const transport = openTransport(server.origin, other)
  await transport.send(body === undefined ? endpoints.profile : endpoints.createSecret, never, body)
  const [request] = server.seen
  if (request === undefined) throw new Error('nothing came in')
  return request
}

const count = ({ rawHeaders }: Seen, header: string) =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === header).length

describe('headers', () => {
  it('are what the protocol asks for', async () => {
    const { headers } = await send({})
    expect(headers).toMatchObject({
      authorization: `Bearer ${ACCESS_KEY_ID}`,
      'user-agent': 'lockerpm/0.0.0-test',
      'cache-control': 'no-cache',
      accept: 'application/json',
    })
    expect(headers).not.toHaveProperty('content-type')
  })

  it("hold the user's own beside ours", async () => {
    const { headers } = await send({
      headers: { 'CF-Access-Client-Id': 'a', 'cf-access-client-secret': 'b, c' },
    })
    expect(headers).toMatchObject({
      'cf-access-client-id': 'a',
      'cf-access-client-secret': 'b, c',
      accept: 'application/json',
    })
  })

  it.each(['authorization', 'Authorization', 'AUTHORIZATION'])('keep our own against %s', async (header) => {
    const request = await send({ headers: { [header]: 'Bearer of-somebody-else' } })
    expect(request.headers.authorization).toBe(`Bearer ${ACCESS_KEY_ID}`)
    expect(count(request, 'authorization')).toBe(1)
  })

  it.each([
    ['User-Agent', 'mine/1', 'user-agent'],
    ['ACCEPT', 'application/problem+json', 'accept'],
  ])("let the user's %s take the place of ours", async (header, value, seen) => {
    const request = await send({ headers: { [header]: value } })
    expect(request.headers[seen]).toBe(value)
    expect(count(request, seen)).toBe(1)
  })

  it('name the type of a body', async () => {
    const request = await send({}, '{"key":"ü"}')
    expect(request).toMatchObject({ method: 'POST', path: '/v1/secrets', body: '{"key":"ü"}' })
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '12' })
  })
})

describe('paths', () => {
  it.each([
    ['', '/v1/profile'],
    ['/', '/v1/profile'],
    ['/locker_secrets', '/locker_secrets/v1/profile'],
    ['/locker_secrets/', '/locker_secrets/v1/profile'],
    ['/a/b%20c', '/a/b%20c/v1/profile'],
  ])('are appended to the base path %j', async (basePath, path) => {
    const server = await startServer((_, response) => json(response, 200, {}))
    await openTransport(server.origin + basePath).send(endpoints.profile, never)
    expect(server.seen.map((request) => request.path)).toEqual([path])
  })
})

describe('connections', () => {
  it('are kept alive and used again', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const transport = openTransport(server.origin)
    for (let i = 0; i < 3; i++) await transport.send(endpoints.profile, never)
    expect(server.seen).toHaveLength(3)
    expect(server.sockets).toHaveLength(1)
  })

  it('are six at most, however much is asked for', async () => {
    let waiting: (() => void)[] = []
    const server = await startServer((_, response) => {
      waiting.push(() => json(response, 200, {}))
      if (waiting.length < 6) return
      for (const answer of waiting) answer()
      waiting = []
    })
    const transport = openTransport(server.origin)
    const sendOne = () => transport.send(endpoints.profile, new AbortController().signal)
    await Promise.all(Array.from({ length: 12 }, sendOne))
    expect(server.sockets).toHaveLength(6)
  })
})

describe('send', () => {
  it('judges nothing: status, headers and body are as they came', async () => {
    const server = await startServer((_, response) => json(response, 418, [1], { 'x-a': 'b' }))
    const answer = await openTransport(server.origin).send(endpoints.profile, never)
    expect(answer.status).toBe(418)
    expect(answer.headers).toMatchObject({ 'x-a': 'b', 'content-type': 'application/json' })
    expect(answer.body.toString()).toBe('[1]')
  })

  it('asks nothing when the signal has fired before, and throws its reason', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    const reason = new Error('interrupted')
    const sent = openTransport(server.origin).send(endpoints.profile, AbortSignal.abort(reason))
    await expect(sent).rejects.toBe(reason)
    expect(server.sockets).toHaveLength(0)
  })

  it.each([
    ['an answer', (response: ServerResponse) => json(response, 200, {})],
    ['a failure', (response: ServerResponse) => response.destroy()],
  ])('leaves no listener on the signal after %s', async (_, reply) => {
    const { signal } = new AbortController()
    const server = await startServer((_, response) => reply(response))
    await openTransport(server.origin)
      .send(endpoints.profile, signal)
      .catch(() => {})
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('does not hurry a server: that is for the signal alone', async () => {
    const hesitate = (then: () => void) => setTimeout(then, 2500)
    const late = await startServer((_, response) => hesitate(() => json(response, 200, {})))
    const slow = await startServer((_, response) => {
      response.write('{')
      hesitate(() => response.end('}'))
    })
    const certificate = await makeCertificate()
    const secure = await startServer((_, response) => json(response, 200, {}), { ...certificate })
    const shy = await startRawServer((socket) => {
      hesitate(() => socket.pipe(connect(secure.port, '127.0.0.1')).pipe(socket))
    }, 'https')
    const answers = [late, slow, shy].map(({ origin }) =>
      openTransport(origin, { unsafe: true }).send(endpoints.profile, never),
    )
    for (const answer of await Promise.all(answers)) expect(answer.body.toString()).toBe('{}')
  })

  it('hangs up when the signal fires, and throws its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const server = await startServer(() => controller.abort(reason))
    const sent = openTransport(server.origin).send(endpoints.profile, controller.signal)
    await expect(sent).rejects.toBe(reason)
    const [socket] = server.sockets
    if (socket?.destroyed === false) await new Promise((resolve) => socket.once('close', resolve))
  })

  it('that was cancelled while it waited for a connection is not sent any more', async () => {
    const withheld: (() => void)[] = []
    const server = await startServer((_, response) => withheld.push(() => json(response, 200, {})))
    const transport = openTransport(server.origin)
    const busy = Array.from({ length: MAX_CONNECTIONS }, () => transport.send(endpoints.profile, never))
    while (withheld.length < MAX_CONNECTIONS) await new Promise(setImmediate)
    const controller = new AbortController()
    const queued = transport.send(endpoints.secretsCount, controller.signal)
    controller.abort(new Error('interrupted'))
    await expect(queued).rejects.toThrow('interrupted')
    const last = transport.send(endpoints.revisionDate, never)
    while (server.seen.length < MAX_CONNECTIONS + 1) {
      withheld.shift()?.()
      await new Promise(setImmediate)
    }
    for (const answer of withheld) answer()
    await Promise.all([...busy, last])
    expect(server.seen.map(({ path }) => path)).not.toContain(endpoints.secretsCount.path)
  })

  it('throws what the network threw when the signal had not fired', async () => {
    const server = await startServer((request) => request.socket.destroy())
    await expect(openTransport(server.origin).send(endpoints.profile, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/),
    })
  })

  it('ends what is under way when the transport is closed', async () => {
    const server = await startServer(() => transport.close())
    const transport = openTransport(server.origin)
    await expect(transport.send(endpoints.profile, never)).rejects.toBeInstanceOf(Error)
  })
})

describe('what is done while the service is waited for', () => {
  it('begins when everything that was asked has been sent, and no sooner', async () => {
    const withheld: ServerResponse[] = []
    const answerAll = () => {
      for (const response of withheld.splice(0)) json(response, 200, {})
    }
    const server = await startServer((_, response) => void withheld.push(response))
    const seen: number[] = []
    let ask: (() => void) | undefined
    const transport = createTransport(openConnections, connectionTo(server.origin), ACCESS_KEY_ID, () =>
      ask?.(),
    )
    onTestFinished(() => transport.close())
    const waiting = new Promise<void>((resolve) => {
      ask = () => {
        seen.push(withheld.length)
        resolve()
      }
    })
    const answers = [endpoints.profile, endpoints.revisionDate].map((endpoint) =>
      transport.send(endpoint, never),
    )
    await waiting
    while (withheld.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    answerAll()
    await Promise.all(answers)
    expect(seen).toHaveLength(1)
    expect(server.seen).toHaveLength(2)
  })

  it('is done once, however often is asked', async () => {
    const server = await startServer((_, response) => json(response, 200, {}))
    let times = 0
    const transport = createTransport(
      openConnections,
      connectionTo(server.origin),
      ACCESS_KEY_ID,
      () => times++,
    )
    onTestFinished(() => transport.close())
    for (const _ of ['first', 'second', 'third']) {
      await transport.send(endpoints.profile, never)
      await new Promise(setImmediate)
    }
    expect(times).toBe(1)
  })
})
