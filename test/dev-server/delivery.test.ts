import { connect } from 'node:net'
import { createGunzip, gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { DevServer } from '../../src/dev-server/index.ts'
import { send } from './raw-client.ts'
import { startServer } from './servers.ts'

interface Heard {
  /** Everything that came, as it came. */
  readonly bytes: Buffer
  readonly ended: 'closed' | 'ECONNRESET' | 'still open'
}

/** Reads at most `maxBytes` of what a bare connection hears, or until nothing came for `quietMs`. */
function listen(server: DevServer, maxBytes = Infinity, quietMs = 300): Promise<Heard> {
  const { port } = new URL(server.apiBase)
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    const chunks: Buffer[] = []
    let size = 0
    const finish = (ended: Heard['ended']) => {
      resolve({ bytes: Buffer.concat(chunks), ended })
      socket.destroy()
    }
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= maxBytes) finish('still open')
    })
    socket.on('end', () => finish('closed'))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ECONNRESET' ? error.code : 'closed'),
    )
    socket.setTimeout(quietMs, () => finish('still open'))
    socket.write(`GET /v1/profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.accessKeyId}\r\n\r\n`)
  })
}

function split({ bytes }: Heard): { head: string; body: Buffer } {
  const end = bytes.indexOf('\r\n\r\n')
  return { head: bytes.subarray(0, end).toString('latin1').toLowerCase(), body: bytes.subarray(end + 4) }
}

it.each([
  ['reset', 'ECONNRESET', 'nothing'],
  ['reset=headers', 'ECONNRESET', 'headers'],
  ['reset=body', 'ECONNRESET', 'half'],
  ['hang', 'still open', 'nothing'],
  ['hang=headers', 'still open', 'headers'],
  ['hang=body', 'still open', 'half'],
  ['truncate=start', 'closed', 'nothing'],
  ['truncate=headers', 'closed', 'headers'],
  ['truncate', 'closed', 'half'],
])('with %s the connection is %s after %s', async (faults, ended, reach) => {
  const server = await startServer()
  const whole = (await send(server, '/v1/profile')).text
  server.setFaults(faults)
  const heard = await listen(server)
  expect(heard.ended).toBe(ended)
  if (reach === 'nothing') return expect(heard.bytes).toHaveLength(0)
  const { head, body } = split(heard)
  expect(head).toContain(`content-length: ${whole.length}`)
  expect(body.toString()).toBe(reach === 'half' ? whole.slice(0, whole.length >> 1) : '')
})

it('resets under TLS as well', async () => {
  const server = await startServer({ https: true, faults: 'reset=headers' })
  const { readFileSync } = await import('node:fs')
  const ca = readFileSync(server.caFile ?? '', 'utf8')
  await expect(send(server, '/v1/profile', { ca })).rejects.toMatchObject({ code: 'ECONNRESET' })
})

it.each([
  [
    'status=503,retry-after=7',
    503,
    'application/json',
    { code: 'server_error', message: 'Injected by --fault' },
  ],
  ['status=418,code=teapot,message=short', 418, 'application/json', { code: 'teapot', message: 'short' }],
  ['status=404', 404, 'application/json', { code: 'not_found', message: 'Injected by --fault' }],
  ['status=502,html', 502, 'text/html; charset=utf-8', undefined],
  ['html', 200, 'text/html; charset=utf-8', undefined],
  ['body=junk', 200, 'application/json', undefined],
  ['body={"count":0}', 200, 'application/json', { count: 0 }],
])('answers %s in the place of the service', async (faults, status, type, json) => {
  const server = await startServer({ faults })
  const answer = await send(server, '/v1/secrets', { method: 'POST', body: { hash: 'a'.repeat(43) } })
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe(type)
  expect(answer.json).toEqual(json)
  expect(answer.headers['retry-after']).toBe(faults.includes('retry-after') ? '7' : undefined)
  expect(server.project.secrets).toHaveLength(0)
})

it('redirects', async () => {
  const server = await startServer({ faults: 'redirect=https://example.com/,status=307' })
  const answer = await send(server, '/v1/profile')
  expect(answer).toMatchObject({ status: 307, headers: { location: 'https://example.com/' } })
})

it('drips a body that is whole in the end', async () => {
  const server = await startServer({ faults: 'body=[1%2C2],drip=5' })
  expect((await send(server, '/v1/profile')).json).toEqual([1, 2])
})

it('compresses a true answer', async () => {
  const server = await startServer({ faults: 'gzip' })
  const { head, body } = split(await listen(server))
  expect(head).toContain('content-encoding: gzip')
  expect(JSON.parse(gunzipSync(body).toString())).toMatchObject({ object: 'profile' })
})

it('pads a true answer with so many bytes', async () => {
  const server = await startServer({ faults: 'oversize=3m' })
  const answer = await send(server, '/v1/profile')
  expect(answer.text.length).toBeGreaterThan(3 * 1024 * 1024)
  expect(answer.json).toMatchObject({ object: 'profile' })
})

it('sends without end', async () => {
  const server = await startServer({ faults: 'oversize' })
  const heard = await listen(server, 20_000_000)
  expect(heard.ended).toBe('still open')
})

it('sends a bomb that unpacks without end', async () => {
  const server = await startServer({ faults: 'oversize,gzip' })
  const packed = dechunk(split(await listen(server, 300_000)).body)
  const gunzip = createGunzip()
  let unpacked = 0
  gunzip.on('data', (chunk: Buffer) => {
    unpacked += chunk.length
  })
  const flushed = new Promise((resolve) => gunzip.write(packed, resolve))
  await flushed
  expect(unpacked).toBeGreaterThan(packed.length * 500)
})

it.each([
  ['length=+10', 10],
  ['length=-10', -10],
])('declares a wrong length with %s', async (faults, offset) => {
  const server = await startServer()
  const whole = (await send(server, '/v1/profile')).text
  server.setFaults(faults)
  const heard = await listen(server)
  expect(heard.ended).toBe('closed')
  const { head, body } = split(heard)
  expect(head).toContain(`content-length: ${whole.length + offset}`)
  expect(body.toString()).toBe(whole)
})

it('waits before it answers, and stops waiting for who has gone', async () => {
  const server = await startServer({ faults: 'latency=3600000' })
  const heard = await listen(server)
  expect(heard).toMatchObject({ ended: 'still open', bytes: Buffer.alloc(0) })
})

it('serves the next request of the same kind when the fault is spent', async () => {
  const server = await startServer({ faults: '#1 reset' })
  await expect(send(server, '/v1/profile')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect((await send(server, '/v1/profile')).status).toBe(200)
})

/** Whole chunks only. */
function dechunk(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let start = 0; start < body.length; ) {
    const lineEnd = body.indexOf('\r\n', start)
    const size = Number.parseInt(body.subarray(start, lineEnd).toString('latin1'), 16)
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    start = lineEnd + 2 + size + 2
  }
  return Buffer.concat(parts)
}
