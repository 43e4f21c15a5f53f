import { get } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAnswerParser } from '../../src/http/answer-parser.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const SIZED = `${OK}Content-Length: 2\r\n\r\n{}`
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`

/** What an answer comes to. */
type Outcome =
  | { kind: 'answer'; status: number; body: string; mayStay: boolean; headers: Record<string, unknown> }
  | { kind: 'refused'; code: unknown }
  | { kind: 'unfinished' }

/** @returns also how many bytes had come in by the end */
function parse(pieces: readonly Buffer[]): Outcome & { bytes: number } {
  let head: { status: number; headers: Record<string, unknown> } | undefined
  let end: { mayStay: boolean; bytes: number } | undefined
  const data: Buffer[] = []
  let bytes = 0
  const expectBefore = () => expect(end).toBeUndefined()
  const parser = createAnswerParser({
    onHead: (status, headers) => {
      expectBefore()
      head = { status, headers: { ...headers } }
    },
    onData: (chunk) => {
      expectBefore()
      expect(chunk.length).toBeGreaterThan(0)
      data.push(chunk)
    },
    onEnd: (mayStay) => {
      expectBefore()
      end = { mayStay, bytes }
    },
  })
  try {
    for (const piece of pieces) {
      bytes += piece.length
      parser.parse(piece)
    }
    parser.end()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    expect(message).toBe('this is no answer in HTTP')
    return { kind: 'refused', code, bytes }
  }
  if (head === undefined || end === undefined) return { kind: 'unfinished', bytes }
  return { kind: 'answer', ...head, body: Buffer.concat(data).toString('latin1'), ...end }
}

const whole = (text: string) => parse([Buffer.from(text, 'latin1')])
const byByte = (text: string) => parse([...Buffer.from(text, 'latin1')].map((byte) => Buffer.of(byte)))

describe('an answer', () => {
  it.each([
    ['of a length', SIZED, 200, '{}', true],
    ['of no length, ended by the connection', `${OK}\r\n{}`, 200, '{}', false],
    ['in chunks', `${CHUNKED}1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`, 200, '{}', true],
    ['in chunks with extensions', `${CHUNKED}2;a="b c";d=e\r\n{}\r\n0;c\r\n\r\n`, 200, '{}', true],
    ['in chunks of long sizes', `${CHUNKED}${'0'.repeat(20)}2\r\n{}\r\n0000\r\n\r\n`, 200, '{}', true],
    [
      'in chunks, as two have said',
      `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      200,
      '{}',
      true,
    ],
    ['after empty lines', `\r\n\r\n${SIZED}`, 200, '{}', true],
    ['in chunks with trailers', `${CHUNKED}2\r\n{}\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n`, 200, '{}', true],
    [
      'in chunks that are large, in either case',
      `${CHUNKED}0aB\r\n${'x'.repeat(171)}\r\n0\r\n\r\n`,
      200,
      'x'.repeat(171),
      true,
    ],
    ['whose body is empty', `${OK}Content-Length: 0\r\n\r\n`, 200, '', true],
    ['of a status that has no body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, '', true],
    ['of one that only tells its length', 'HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n', 304, '', true],
    ['without a reason', 'HTTP/1.1 429\r\nContent-Length: 2\r\n\r\n{}', 429, '{}', true],
    ['after early hints', `HTTP/1.1 103 X\r\nLink: a\r\n\r\nHTTP/1.1 100 \r\n\r\n${SIZED}`, 200, '{}', true],
    [
      'that ends its connection',
      `${OK}Connection: x, Close\r\nContent-Length: 2\r\n\r\n{}`,
      200,
      '{}',
      false,
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}', 200, '{}', false],
    [
      'of HTTP/1.0 that keeps its connection',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\n{}',
      200,
      '{}',
      true,
    ],
  ])('%s is taken, in one piece and byte by byte', (_, text, status, body, mayStay) => {
    for (const outcome of [whole(text), byByte(text)])
      expect(outcome).toMatchObject({ kind: 'answer', status, body, mayStay, bytes: text.length })
  })

  it.each([
    ['another one', SIZED],
    ['what is none', 'junk'],
    ['an empty line', '\r\n'],
  ])('that is followed by %s is taken, and its connection is not', (_, rest) => {
    expect(whole(SIZED + rest)).toMatchObject({ kind: 'answer', body: '{}', mayStay: false })
  })

  it('has its headers by name in lower case, without the space around, and the values of one name with a comma', () => {
    const head = `${OK}X-A: \t b \xe4c \t\r\nX-EMPTY:\r\n__proto__: d\r\nx-a:e \r\nContent-Length: 0\r\n\r\n`
    expect(whole(head)).toMatchObject({
      headers: { 'x-a': 'b \xe4c, e', 'x-empty': '', 'content-length': '0' },
    })
    expect(Object.entries((whole(head) as { headers: object }).headers)).toContainEqual(['__proto__', 'd'])
  })

  it.each([
    ['a head', 'HTTP/1.1 200'],
    ['the line after it', `${OK}Content-Length: 2\r\n\r`],
    ['a body', `${OK}Content-Length: 3\r\n\r\n{}`],
    ["a chunk's line", `${CHUNKED}2`],
    ['a chunk', `${CHUNKED}2\r\n{`],
    ["a chunk's end", `${CHUNKED}2\r\n{}\r`],
    ['chunks', `${CHUNKED}2\r\n{}\r\n`],
    ['trailers', `${CHUNKED}0\r\nX: 1\r\n`],
    ['nothing', ''],
  ])('that ends within %s is none', (_, text) => {
    for (const outcome of [whole(text), byByte(text)]) expect(outcome).toMatchObject({ kind: 'unfinished' })
  })
})

describe('no answer is', () => {
  it.each([
    ['another protocol', 'SSH-2.0\r\n', 'HPE_INVALID_CONSTANT'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n', 'HPE_INVALID_CONSTANT'],
    ['a request', 'GET / HTTP/1.1\r\n\r\n', 'HPE_INVALID_CONSTANT'],
    ['half an empty line in front', `\rX${SIZED}`, 'HPE_INVALID_CONSTANT'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['a status without a space behind', 'HTTP/1.1 2000\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['a later minor version', 'HTTP/1.2 200 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['a switch to another protocol', 'HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n', 'HPE_UNEXPECTED_UPGRADE'],
    ['an early hint of HTTP/1.0', `HTTP/1.0 103 X\r\n\r\n${SIZED}`, 'HPE_INVALID_STATUS'],
    ['a header without a colon', `${OK}X-A\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a header without a name', `${OK}: a\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a space before the colon', `${OK}Content-Length : 2\r\n\r\n{}`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a folded header', `${OK}X-A: b\r\n c\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a header with a lone CR', `${OK}X-A: b\rc\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a header with a lone LF', `${OK}X-A: b\nContent-Length: 2\r\n\r\n{}`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a header with a NUL', `${OK}X-A: b\0\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
    ['a length that is no number', `${OK}Content-Length: 0x2\r\n\r\n{}`, 'HPE_INVALID_CONTENT_LENGTH'],
    ['a length below zero', `${OK}Content-Length: -2\r\n\r\n{}`, 'HPE_INVALID_CONTENT_LENGTH'],
    ['an empty length', `${OK}Content-Length:\r\n\r\n{}`, 'HPE_INVALID_CONTENT_LENGTH'],
    [
      'a length that no number holds',
      `${OK}Content-Length: ${'9'.repeat(16)}\r\n\r\n{}`,
      'HPE_INVALID_CONTENT_LENGTH',
    ],
    ['two lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 'HPE_INVALID_CONTENT_LENGTH'],
    [
      'a length and chunks',
      `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`,
      'HPE_INVALID_TRANSFER_ENCODING',
    ],
    ['another coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`, 'HPE_INVALID_TRANSFER_ENCODING'],
    [
      'a length with a blank that is none',
      `${OK}Content-Length: \xa02\r\n\r\n{}`,
      'HPE_INVALID_CONTENT_LENGTH',
    ],
    ['a coding with one', `${OK}Transfer-Encoding: chunked\xa0\r\n\r\n`, 'HPE_INVALID_TRANSFER_ENCODING'],
    ['a chunk with a blank behind its size', `${CHUNKED}2 \r\n{}\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk with a broken extension', `${CHUNKED}2;a="\r\n{}\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk without a size', `${CHUNKED}\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk whose size is no number', `${CHUNKED}x\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk below zero', `${CHUNKED}-2\r\n{}\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk that no number holds', `${CHUNKED}${'f'.repeat(13)}\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk that is longer than its size', `${CHUNKED}1\r\n{}\r\n`, 'HPE_STRICT'],
    ['a trailer that is none', `${CHUNKED}0\r\nX\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ])('%s', (_, text, code) => {
    for (const outcome of [whole(text), byByte(text)])
      expect(outcome).toMatchObject({ kind: 'refused', code })
  })

  it('another protocol that never ends a line: its first byte is enough', () => {
    expect(byByte('SSH-2.0')).toMatchObject({ kind: 'refused', bytes: 1 })
  })

  it.each([
    ['a head', '', `${OK}X: `, '\r\n\r\n', 16_384, 'HPE_HEADER_OVERFLOW'],
    ['a chunk line', CHUNKED, '2;', '\r\n', 1024, 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ['trailers', `${CHUNKED}0\r\n`, 'X: 1\r\nY: ', '\r\n\r\n', 16_384, 'HPE_HEADER_OVERFLOW'],
  ])('%s beyond its limit, ended or not', (_, before, start, end, most, code) => {
    const fill = (bytes: number) => before + start + 'x'.repeat(bytes - start.length - end.length) + end
    for (const read of [whole, byByte]) {
      expect(read(fill(most))).not.toMatchObject({ kind: 'refused' })
      expect(read(fill(most + 1))).toMatchObject({ kind: 'refused', code })
      expect(read(fill(most + 100).slice(0, before.length + most + 1))).toMatchObject({
        kind: 'refused',
        code,
      })
    }
  })
})

/** What is an answer, or nearly. */
const answers = fc
  .record({
    early: fc.constantFrom('', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
    version: fc.constantFrom('1.1', '1.1', '1.0'),
    status: fc.constantFrom(200, 200, 204, 304, 404, 503),
    headers: fc.array(
      fc.constantFrom(
        'X-A: b',
        'X-A:c',
        'Connection: close',
        'Connection: keep-alive',
        'Keep-Alive: timeout=5',
        'Set-Cookie: a=b; Path=/',
      ),
      { maxLength: 3 },
    ),
    body: fc.string({ maxLength: 40, unit: 'binary-ascii' }),
    framing: fc.constantFrom('length', 'chunks', 'connection'),
    chunkBytes: fc.integer({ min: 1, max: 20 }),
    extension: fc.constantFrom('', '', ';a', ';a=b', ';a;b="";c="d e"'),
    coding: fc.constantFrom('chunked', 'Chunked', 'chunked\r\nTransfer-Encoding: chunked'),
    trailer: fc.constantFrom('', 'X-Sum: 1\r\n'),
  })
  .map(({ early, version, status, headers, body, framing, chunkBytes, extension, coding, trailer }) => {
    const hasBody = status !== 204 && status !== 304
    const framingLines = {
      length: [`Content-Length: ${body.length}`],
      chunks: [`Transfer-Encoding: ${coding}`],
      connection: [],
    }
    const chunks = body.match(new RegExp(`[^]{1,${chunkBytes}}`, 'g')) ?? []
    const chunked = `${chunks.map((chunk) => `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`).join('')}0\r\n${trailer}\r\n`
    const lines = [`HTTP/${version} ${status} Words`, ...headers, ...framingLines[framing]]
    return `${early}${lines.join('\r\n')}\r\n\r\n${hasBody ? (framing === 'chunks' ? chunked : body) : ''}`
  })

/** The same with a byte or two that were something else, most of them of those that decide. */
const damaged = fc
  .tuple(
    answers,
    fc.array(
      fc.tuple(
        fc.nat(200),
        fc.oneof(
          fc.constantFrom(...'\r\n\0 :;,0159aAxf-\t"=\xa0'),
          fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        ),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [at, character]) => {
      const index = at % changed.length
      return changed.slice(0, index) + character + changed.slice(index + 1)
    }, text),
  )

describe('for any answer, damaged or not,', () => {
  it('it is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(damaged, fc.array(fc.nat(200), { maxLength: 6 }), (text, cuts) => {
        const bytes = Buffer.from(text, 'latin1')
        const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b)
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        const { bytes: _, ...inOne } = whole(text)
        // Whoever has heard all of the answer before the rest comes does not know of that.
        const { mayStay: __, ...rest } = { mayStay: false, ...inOne }
        expect(parse(pieces)).toMatchObject(rest)
      }),
    )
  })

  it('bytes of any kind are refused in words, or are unfinished, or are one', () => {
    fc.assert(
      fc.property(fc.constantFrom('', OK, CHUNKED), fc.array(fc.uint8Array()), (before, pieces) => {
        const { kind } = parse([Buffer.from(before), ...pieces.map((piece) => Buffer.from(piece))])
        expect(['answer', 'refused', 'unfinished']).toContain(kind)
      }),
    )
  })
})

describe("against Node's own parser", () => {
  let server: Server
  let said: Buffer = Buffer.alloc(0)
  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(said))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server.close())

  /** @returns undefined: it is no answer, or not all of one */
  const byNode = (bytes: Buffer) =>
    new Promise<{ status: number | undefined; body: string } | undefined>((resolve) => {
      said = bytes
      const { port } = server.address() as AddressInfo
      const options = { port, host: '127.0.0.1', insecureHTTPParser: false, agent: false } as const
      get(options, (answer) => {
        const data: Buffer[] = []
        answer
          .on('data', (chunk: Buffer) => data.push(chunk))
          .once('end', () =>
            resolve({ status: answer.statusCode, body: Buffer.concat(data).toString('latin1') }),
          )
          .once('error', () => resolve(undefined))
      }).once('error', () => resolve(undefined))
    })

  it('whatever is an answer is the same there', async () => {
    await fc.assert(
      fc.asyncProperty(damaged, async (text) => {
        const outcome = byByte(text)
        fc.pre(outcome.kind === 'answer')
        const { status, body, bytes } = outcome
        expect(await byNode(Buffer.from(text.slice(0, bytes), 'latin1'))).toEqual({ status, body })
      }),
    )
  })

  it('whatever is well formed is an answer', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (text) => {
        const { status, body } = (await byNode(Buffer.from(text, 'latin1'))) ?? {}
        expect(whole(text)).toMatchObject({ kind: 'answer', status, body })
      }),
    )
  })
})
