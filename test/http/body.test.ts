import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { APIConnectionError, APIServerError } from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { MAX_BODY_BYTES } from '../../src/http/transport.ts'
import { failureOf, read } from './client.ts'
import { startHeadServer, startServer } from './test-server.ts'

const JSON_TEXT = '{"fine":true}'

const serve = (body: Buffer | string, headers: Record<string, string> = {}, status = 200) =>
  startServer((_, response) => response.writeHead(status, headers).end(body))

async function readBody(body: Buffer | string, headers?: Record<string, string>, status?: number) {
  return await read((await serve(body, headers, status)).origin, endpoints.profile)
}

/** Compresses zeros without holding them, a GiB in about a MiB. */
async function bomb(bytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk))
  const done = new Promise((resolve) => gzip.once('end', resolve))
  const zeros = Buffer.alloc(1024 * 1024)
  for (let sent = 0; sent < bytes; sent += zeros.length) {
    if (!gzip.write(zeros)) await new Promise((resolve) => gzip.once('drain', resolve))
  }
  gzip.end()
  await done
  return Buffer.concat(chunks)
}

describe('compression', () => {
  it.each([
    ['gzip', gzipSync(JSON_TEXT)],
    ['x-gzip', gzipSync(JSON_TEXT)],
    ['GZIP', gzipSync(JSON_TEXT)],
    ['deflate', deflateSync(JSON_TEXT)],
    ['br', brotliCompressSync(JSON_TEXT)],
    ['identity', Buffer.from(JSON_TEXT)],
    ['', Buffer.from(JSON_TEXT)],
  ])('%j that nobody asked for is read all the same', async (encoding, body) => {
    await expect(readBody(body, { 'content-encoding': encoding })).resolves.toEqual({ fine: true })
  })

  it.each([
    ['an unknown encoding', 'zstd', Buffer.from(JSON_TEXT)],
    ['a name that every object has', 'constructor', Buffer.from(JSON_TEXT)],
    ['two encodings', 'gzip, br', gzipSync(brotliCompressSync(JSON_TEXT))],
    ['what is not compressed', 'gzip', Buffer.from(JSON_TEXT)],
    ['what breaks off', 'gzip', gzipSync(JSON_TEXT).subarray(0, -4)],
    ['a flipped bit', 'gzip', flip(gzipSync(JSON_TEXT))],
  ])('of %s is a connection error', async (_, encoding, body) => {
    const failure = await failureOf(readBody(body, { 'content-encoding': encoding }))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure).toMatchObject({ retryable: false })
    expect(failure.message).toBe(
      "the answer's compression can't be read. Check LOCKER_API_BASE, and any proxy in between",
    )
  })

  it.each([
    ['unreadable', 'gzip', Buffer.from('<p>no')],
    ['unknown', 'zstd', Buffer.from('<p>no')],
    ['absent', 'gzip', Buffer.alloc(0)],
    ['too large', 'br', brotliCompressSync(Buffer.alloc(MAX_BODY_BYTES + 1))],
  ])('that is %s does not hide the status of a refusal', async (_, encoding, body) => {
    const failure = await failureOf(readBody(body, { 'content-encoding': encoding }, 500))
    expect(failure).toBeInstanceOf(APIServerError)
    expect(failure).toMatchObject({ statusCode: 500, httpBody: '' })
  })
})

describe('size', () => {
  const largest = `"${'x'.repeat(MAX_BODY_BYTES - 2)}"`
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

  it.each([
    ['plain', () => largest, {}],
    ['gzip', () => gzipSync(largest, { level: 1 }), { 'content-encoding': 'gzip' }],
    ['deflate', () => deflateSync(largest, { level: 1 }), { 'content-encoding': 'deflate' }],
    ['br', () => brotliCompressSync(largest, quick), { 'content-encoding': 'br' }],
  ])('is 64 MiB at most: that is read (%s)', async (_, body, headers) => {
    expect(MAX_BODY_BYTES).toBe(64 * 1024 * 1024)
    const text = (await readBody(body(), headers as Record<string, string>)) as string
    expect(text.length).toBe(MAX_BODY_BYTES - 2)
  })

  it.each([
    ['plain', () => `${largest} `, {}],
    ['gzip', () => gzipSync(`${largest} `, { level: 1 }), { 'content-encoding': 'gzip' }],
    ['deflate', () => deflateSync(`${largest} `, { level: 1 }), { 'content-encoding': 'deflate' }],
    ['br', () => brotliCompressSync(`${largest} `, quick), { 'content-encoding': 'br' }],
  ])('is refused one byte above (%s)', async (_, body, headers) => {
    const failure = await failureOf(readBody(body(), headers as Record<string, string>))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toBe('the answer is larger than 64 MiB. Check LOCKER_API_BASE')
    expect(failure.retryable).toBe(false)
  })

  it('of a bomb is refused without unpacking it', async () => {
    const before = process.memoryUsage.rss()
    const failure = await failureOf(readBody(await bomb(1024 * 1024 * 1024), { 'content-encoding': 'gzip' }))
    expect(failure.message).toContain('larger than 64 MiB')
    expect(process.memoryUsage.rss() - before).toBeLessThan(512 * 1024 * 1024)
  })

  it('of a body in chunks of a byte takes no hundred times as much memory', async () => {
    const bytes = 3_000_000
    const server = await startHeadServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"\r\n`)
      socket.write('1\r\nx\r\n'.repeat(bytes))
      socket.end('1\r\n"\r\n0\r\n\r\n')
    })
    const before = process.memoryUsage.rss()
    expect(await read(server.origin, endpoints.profile)).toBe('x'.repeat(bytes))
    expect(process.memoryUsage.rss() - before).toBeLessThan(80 * bytes)
  })

  it('of a body without end is refused', async () => {
    const server = await startServer((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 0x20)
      const pump = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', pump)
      pump()
    })
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure.message).toContain('larger than 64 MiB')
    expect(server.seen).toHaveLength(1)
  })
})

describe('content', () => {
  it.each([
    ['HTML', '<html></html>'],
    ['nothing', ''],
    ['half of it', '{"fine":'],
    ['JSON and more', '{} {}'],
    ['a byte order mark', '\ufeff{}'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
  ])('of %s where JSON belongs is a connection error', async (_, body) => {
    const failure = await failureOf(readBody(body))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure).toMatchObject({ statusCode: 200, retryable: false })
    expect(failure.message).toContain('answered 200, but not with JSON')
  })

  it.each([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('of 100,000 %s in each other does no harm', async (_, body) => {
    await expect(readBody(body)).resolves.toBeTypeOf('object')
    const failure = await failureOf(readBody(body, {}, 403))
    expect(failure).toMatchObject({ statusCode: 403, code: 'http_error' })
  })

  it.each([
    ['is shorter than it promises', 'Content-Length: 100\r\n\r\n{}'],
    ['ends within a chunk', 'Transfer-Encoding: chunked\r\n\r\n50\r\n{}'],
    ['ends between chunks', 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n'],
  ])('that %s is asked for again, and then an error', async (_, rest) => {
    const server = await startHeadServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`))
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toContain('the connection broke off')
    expect(server.sockets).toHaveLength(4)
  })

  // undici sees the first one break off, and takes what was promised of the second; Node's own parser refuses both.
  it.each([
    ['promises two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['is longer than it promises', `Content-Length: 5\r\n\r\n${JSON_TEXT}`],
  ])('that %s is an error', async (_, rest) => {
    const server = await startHeadServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`))
    const failure = await failureOf(read(server.origin, endpoints.profile))
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure.message).toMatch(/the connection broke off|but not with JSON|that is no HTTP server/)
  })

  it('may follow early hints', async () => {
    const server = await startHeadServer((socket) =>
      socket.end(
        `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n${JSON_TEXT}`,
      ),
    )
    await expect(read(server.origin, endpoints.profile)).resolves.toEqual({ fine: true })
  })
})

function flip(bytes: Buffer): Buffer {
  const at = bytes.length - 6
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return bytes
}
