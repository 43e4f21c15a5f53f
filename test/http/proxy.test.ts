import { inspect } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Connection, Proxies } from '../../src/config/config.ts'
import { APIConnectionError, LockerError } from '../../src/errors.ts'
import { MAX_CONNECTIONS } from '../../src/http/connections.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { type Certificate, makeAuthority, makeCertificate, writeTemporary } from './certificates.ts'
import { ACCESS_KEY_ID, anything, failureOf, openDeadline, openService, read } from './client.ts'
import { startProxy } from './test-proxy.ts'
import { json, startServer, unusedOrigin } from './test-server.ts'

let authority: Certificate
let certificate: Certificate

beforeAll(async () => {
  authority = await makeAuthority()
  certificate = await makeCertificate({ authority, names: ['locker.test', 'localhost'] })
})

const startHttps = () => startServer((_, response) => json(response, 200, { fine: true }), { ...certificate })
const startHttp = () => startServer((_, response) => json(response, 200, { fine: true }))

const trusting = (proxies: Proxies): Partial<Connection> => ({
  proxies,
  caFile: writeTemporary(authority.cert),
})

describe('a proxy', () => {
  it('carries https in a tunnel, looks up the name itself and sees no credential', async () => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    const httpsProxy = `http://127.0.0.1:${proxy.port}`
    await expect(
      read('https://locker.test/base', endpoints.profile, trusting({ httpsProxy })),
    ).resolves.toEqual({ fine: true })
    expect(proxy.tunnels.map(({ target }) => target)).toEqual(['locker.test:443'])
    expect(JSON.stringify(proxy.tunnels)).not.toContain(ACCESS_KEY_ID)
    expect(server.seen).toMatchObject([
      {
        path: '/base/v1/profile',
        headers: { host: 'locker.test', authorization: `Bearer ${ACCESS_KEY_ID}` },
      },
    ])
  })

  it('carries http in a tunnel too', async () => {
    const server = await startHttp()
    const proxy = await startProxy(server)
    const httpProxy = `http://127.0.0.1:${proxy.port}`
    await expect(
      read('http://locker.test:8080', endpoints.profile, { proxies: { httpProxy } }),
    ).resolves.toEqual({ fine: true })
    expect(proxy.tunnels.map(({ target }) => target)).toEqual(['locker.test:8080'])
    expect(server.seen).toHaveLength(1)
  })

  it('carries requests side by side, and more of them over the same tunnels', async () => {
    let waiting: (() => void)[] = []
    const server = await startServer(
      (_, response) => {
        waiting.push(() => json(response, 200, {}))
        if (waiting.length < 2) return
        for (const answer of waiting) answer()
        waiting = []
      },
      { ...certificate },
    )
    const proxy = await startProxy(server)
    const service = openService(
      'https://locker.test',
      trusting({ httpsProxy: `http://127.0.0.1:${proxy.port}` }),
    )
    const readTwo = () =>
      Promise.all([1, 2].map(() => service.read(endpoints.profile, anything, openDeadline())))
    await readTwo()
    await readTwo()
    expect(server.seen).toHaveLength(4)
    expect(proxy.tunnels).toHaveLength(2)
  })

  it('carries as many requests side by side as there may be, without a warning', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const waiting: (() => void)[] = []
    const server = await startServer(
      (_, response) => {
        waiting.push(() => json(response, 200, {}))
        if (waiting.length === MAX_CONNECTIONS) for (const answer of waiting) answer()
      },
      { ...certificate },
    )
    const proxy = await startProxy(server)
    const service = openService(
      'https://locker.test',
      trusting({ httpsProxy: `http://127.0.0.1:${proxy.port}` }),
    )
    const readOne = () => service.read(endpoints.profile, anything, openDeadline())
    await Promise.all(Array.from({ length: MAX_CONNECTIONS }, readOne))
    await new Promise(setImmediate)
    expect(proxy.tunnels).toHaveLength(MAX_CONNECTIONS)
    expect(warnings).toEqual([])
  })

  it('gets the credentials of its address, decoded, and the server does not', async () => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    const httpsProxy = `http://canary-user:canary%40p%C3%A4ss@127.0.0.1:${proxy.port}`
    await read('https://locker.test', endpoints.profile, trusting({ httpsProxy }))
    const expected = `Basic ${Buffer.from('canary-user:canary@päss').toString('base64')}`
    expect(proxy.tunnels[0]?.headers['proxy-authorization']).toBe(expected)
    expect(server.seen[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  it('may leave out its scheme', async () => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    await read('https://locker.test', endpoints.profile, trusting({ httpsProxy: `127.0.0.1:${proxy.port}` }))
    expect(proxy.tunnels).toHaveLength(1)
  })

  it('may speak TLS itself, and is checked like the server', async () => {
    const server = await startHttps()
    const proxy = await startProxy({ port: server.port, tls: { ...certificate } })
    const httpsProxy = `https://localhost:${proxy.port}`
    await expect(read('https://locker.test', endpoints.profile, trusting({ httpsProxy }))).resolves.toEqual({
      fine: true,
    })
    const failure = await failureOf(
      read('https://locker.test', endpoints.profile, { proxies: { httpsProxy } }),
    )
    expect(failure.message).toContain("its certificate's authority isn't known")
    expect(proxy.tunnels).toHaveLength(1)
  })
})

describe('the server behind a proxy', () => {
  it.each<[string, () => Promise<Certificate>, string]>([
    ['signed itself', () => makeCertificate({ names: ['locker.test'] }), 'self-signed'],
    ['is another', () => makeCertificate({ authority, names: ['other.test'] }), 'is for another name'],
  ])('is refused when it %s, and asked nothing', async (_, make, words) => {
    const server = await startServer((_, response) => json(response, 200, {}), { ...(await make()) })
    const proxy = await startProxy(server)
    const httpsProxy = `http://127.0.0.1:${proxy.port}`
    const failure = await failureOf(read('https://locker.test', endpoints.profile, trusting({ httpsProxy })))
    expect(failure).toMatchObject({ name: 'APIConnectionError', retryable: false })
    expect(failure.message).toContain(words)
    expect(server.seen).toHaveLength(0)
    const unsafe = { unsafe: true, proxies: { httpsProxy } }
    await expect(read('https://locker.test', endpoints.profile, unsafe)).resolves.toEqual({})
  })
})

describe('which proxy', () => {
  it('is for https only the one of HTTPS_PROXY', async () => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    const httpProxy = `http://127.0.0.1:${proxy.port}`
    await expect(read(server.origin, endpoints.profile, trusting({ httpProxy }))).resolves.toEqual({
      fine: true,
    })
    expect(proxy.tunnels).toHaveLength(0)
  })

  it('is for http only the one of HTTP_PROXY', async () => {
    const server = await startHttp()
    const proxy = await startProxy(server)
    const proxies = { httpsProxy: `http://127.0.0.1:${proxy.port}`, httpProxy: '' }
    await expect(read(server.origin, endpoints.profile, { proxies })).resolves.toEqual({ fine: true })
    expect(proxy.tunnels).toHaveLength(0)
  })

  it("is never what this process's environment says by itself", async () => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    for (const variable of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY']) {
      vi.stubEnv(variable, `http://127.0.0.1:${proxy.port}`)
    }
    await read(server.origin, endpoints.profile, trusting({}))
    expect(proxy.tunnels).toHaveLength(0)
    vi.stubEnv('NO_PROXY', '*')
    await read(server.origin, endpoints.profile, trusting({ httpsProxy: `http://127.0.0.1:${proxy.port}` }))
    expect(proxy.tunnels).toHaveLength(1)
    vi.unstubAllEnvs()
  })

  it.each([
    ['the host', () => '127.0.0.1'],
    ['one of several', () => 'other.example, 127.0.0.1'],
    ['a suffix', () => '0.0.1'],
    ['a suffix after a dot', () => '.0.0.1'],
    ['a suffix after an asterisk', () => '*.0.0.1'],
    ['host and port', (port: number) => `127.0.0.1:${port}`],
    ['everything', () => '*'],
  ])('is none when NO_PROXY names %s', async (_, noProxy) => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    const proxies = { httpsProxy: `http://127.0.0.1:${proxy.port}`, noProxy: noProxy(server.port) }
    await expect(read(server.origin, endpoints.profile, trusting(proxies))).resolves.toEqual({ fine: true })
    expect(proxy.tunnels).toHaveLength(0)
  })

  it.each([
    ['nothing', ''],
    ['another host', 'other.example'],
    ['another port', '127.0.0.1:1'],
    ['a host that ends alike', '27.0.0.1'],
  ])('is the one that is set when NO_PROXY names %s', async (_, noProxy) => {
    const server = await startHttps()
    const proxy = await startProxy(server)
    const proxies = { httpsProxy: `http://127.0.0.1:${proxy.port}`, noProxy }
    await read(server.origin, endpoints.profile, trusting(proxies))
    expect(proxy.tunnels).toHaveLength(1)
  })

  it('is still checked and trusted as we say where NO_PROXY names the host', async () => {
    const server = await startHttps()
    const proxies = { httpsProxy: await unusedOrigin(), noProxy: '*' }
    const failure = await failureOf(read(server.origin, endpoints.profile, { proxies }))
    expect(failure.message).toContain("authority isn't known")
  })

  it.each([
    'http://[',
    'http://',
    'socks5://127.0.0.1:1',
    'ftp://127.0.0.1',
    'http://canary:%zz@127.0.0.1:1',
  ])('is refused by name when it is %j', (address) => {
    const https = () => openService('https://locker.test', { proxies: { httpsProxy: address } })
    const http = () => openService('http://locker.test', { proxies: { httpProxy: address } })
    expect(https).toThrow(LockerError)
    expect(https).toThrow(/^HTTPS_PROXY is not an HTTP proxy's address/)
    expect(http).toThrow(/^HTTP_PROXY is not an HTTP proxy's address/)
    expect(https).not.toThrow(/canary|%zz/)
  })
})

describe('a proxy that fails', () => {
  const withCanary = (port: number): Partial<Connection> => ({
    proxies: { httpsProxy: `http://canary-user:canary-pass@127.0.0.1:${port}` },
  })

  const expectNoCanary = (failure: unknown) => {
    const shown = inspect(failure, { showHidden: true, depth: 9 })
    expect(shown).not.toContain('canary')
    expect(shown).not.toContain(Buffer.from('canary-user:canary-pass').toString('base64'))
  }

  it.each([
    [407, 'the proxy wants credentials', 1],
    [403, 'the proxy refuses to connect to it', 1],
    [502, "the proxy can't reach it", 4],
  ])('with %i to CONNECT is a connection error', async (status, words, tries) => {
    const proxy = await startProxy({ port: 1, status: () => status })
    const failure = await failureOf(read('https://locker.test', endpoints.profile, withCanary(proxy.port)))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toContain(words)
    expect(failure.statusCode).toBeUndefined()
    expect(proxy.tunnels).toHaveLength(tries)
    expectNoCanary(failure)
  })

  it('with 502 once is asked again', async () => {
    const server = await startHttps()
    const proxy = await startProxy({ port: server.port, status: (number) => (number === 1 ? 502 : 200) })
    const httpsProxy = `http://127.0.0.1:${proxy.port}`
    await expect(read('https://locker.test', endpoints.profile, trusting({ httpsProxy }))).resolves.toEqual({
      fine: true,
    })
  })

  it('by not being there is a connection error', async () => {
    const port = Number(new URL(await unusedOrigin()).port)
    const failure = await failureOf(read('https://locker.test', endpoints.profile, withCanary(port)))
    expect(failure).toMatchObject({ name: 'APIConnectionError' })
    expect(failure.message).toContain('ECONNREFUSED')
    expectNoCanary(failure)
  })

  it('by never answering ends with the deadline', async () => {
    const proxy = await startProxy({ port: 1, status: () => undefined })
    const failure = await failureOf(
      read('https://locker.test', endpoints.profile, { ...withCanary(proxy.port), timeoutMs: 300 }),
    )
    expect(failure.message).toContain('within 300 ms')
    expectNoCanary(failure)
  })

  it('does not take a header of ours for its own', async () => {
    const proxy = await startProxy({ port: 1 })
    const failure = await failureOf(
      read('https://locker.test', endpoints.profile, {
        ...withCanary(proxy.port),
        headers: { 'Proxy-Authorization': 'canary' },
      }),
    )
    expect(failure.message).toContain("a header of LOCKER_HEADERS can't be sent")
    expect(proxy.tunnels).toHaveLength(0)
    expectNoCanary(failure)
  })
})
