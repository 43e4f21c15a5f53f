/**
 * One answer, as it comes in. RFC 9112, sections 2 to 7. Strict: whatever can be understood in two ways is no answer.
 * Our own, because Node's is reached only through its client (see `native.ts`), undici's is WebAssembly (see `parser.ts`),
 * and the one in JavaScript that others use takes a broken chunk for the last one.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Of a head, or a trailer. As Node's own client has it; nothing in somebody's environment changes it. */
const MAX_HEAD_BYTES = 16_384
/** A size, and whatever extensions somebody may have. */
const MAX_CHUNK_LINE_BYTES = 1024

const VERSION = 'HTTP/1.'
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/
/** Fewer digits than would make a number inexact. */
const LENGTH = /^\d{1,15}$/
/** Section 7.1.1, without blanks */
const CHUNK_LINE =
  /^0*([0-9A-Fa-f]{1,12})(?:;[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"[\t \x21\x23-\x5b\x5d-\x7e]*"))?)*$/
/** Said by an application, and again by a proxy that passes it on as it is. */
const CHUNKED = /^chunked(?:, chunked)*$/i

const [TAB, LF, CR, SPACE] = [0x09, 0x0a, 0x0d, 0x20]
const EMPTY = Buffer.alloc(0)

/** Is told what the answer consists of. */
export interface AnswerReceiver {
  onHead(status: number, headers: IncomingHttpHeaders): void
  onData(chunk: Buffer): void
  /** @param mayStay whether the connection can be used again */
  onEnd(mayStay: boolean): void
}

export interface AnswerParser {
  /** @throws Error with a code `HPE_…`, as Node's own parser has them: this is no answer */
  parse(chunk: Buffer): void
  /** To be called when the server has said all that it had to say. */
  end(): void
}

/** @returns a parser for one answer to a GET, POST or PUT */
export function createAnswerParser({ onHead, onData, onEnd }: AnswerReceiver): AnswerParser {
  /** What has come in and is not understood yet. */
  let rest: Buffer = EMPTY
  /** Understands the next thing; false: there is too little of it. */
  let step: () => boolean = readHead
  /** Bytes to come of the body, or of a chunk of it. */
  let left = 0
  let trailerBytes = 0
  let mayStay = false

  return {
    parse: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      while (step());
    },
    end: () => {
      if (step === readAll) finish()
    },
  }

  function readHead(): boolean {
    skipEmptyLines()
    // Perhaps another one.
    if (rest.length === 1 && rest[0] === CR) return false
    const begin = rest.toString('latin1', 0, VERSION.length)
    if (!VERSION.startsWith(begin)) throw failure('HPE_INVALID_CONSTANT')
    const head = takeUntil('\r\n\r\n', MAX_HEAD_BYTES, 'HPE_HEADER_OVERFLOW')
    if (head === undefined) return false
    const [statusLine = '', ...lines] = head.split('\r\n')
    const [, minorVersion, digits] = STATUS_LINE.exec(statusLine) ?? []
    const status = Number(digits)
    // HTTP/1.0 has no answers before the answer.
    if (digits === undefined || (status < 200 && minorVersion === '0')) throw failure('HPE_INVALID_STATUS')
    const headers = collectHeaders(lines)
    if (status === 101) throw failure('HPE_UNEXPECTED_UPGRADE')
    // Such as early hints: the answer is still to come.
    if (status < 200) return true
    const { connection = '' } = headers
    mayStay = minorVersion === '1' ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection)
    step = chooseBody(status, headers)
    onHead(status, headers)
    return true
  }

  /** Section 6.3 */
  function chooseBody(status: number, headers: IncomingHttpHeaders): () => boolean {
    const { 'content-length': length, 'transfer-encoding': coding } = headers
    if (coding !== undefined && (!CHUNKED.test(coding) || length !== undefined))
      throw failure('HPE_INVALID_TRANSFER_ENCODING')
    if (length !== undefined && !LENGTH.test(length)) throw failure('HPE_INVALID_CONTENT_LENGTH')
    if (status === 204 || status === 304) return readSized
    if (coding !== undefined) return readChunkLine
    if (length === undefined) {
      mayStay = false
      return readAll
    }
    left = Number(length)
    return readSized
  }

  function readSized(): boolean {
    if (!takeData()) return false
    finish()
    return true
  }

  function readAll(): boolean {
    left = rest.length
    takeData()
    return false
  }

  function readChunkLine(): boolean {
    const line = takeUntil('\r\n', MAX_CHUNK_LINE_BYTES, 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    if (line === undefined) return false
    const [, size] = CHUNK_LINE.exec(line) ?? []
    if (size === undefined) throw failure('HPE_INVALID_CHUNK_SIZE')
    left = Number.parseInt(size, 16)
    step = left === 0 ? readTrailer : readChunk
    return true
  }

  function readChunk(): boolean {
    if (!takeData()) return false
    step = readChunkEnd
    return true
  }

  function readChunkEnd(): boolean {
    if (rest.length < 2) return false
    if (rest.toString('latin1', 0, 2) !== '\r\n') throw failure('HPE_STRICT')
    rest = rest.subarray(2)
    step = readChunkLine
    return true
  }

  /** Section 7.1.2: nobody here wants it. */
  function readTrailer(): boolean {
    const line = takeUntil('\r\n', MAX_HEAD_BYTES - trailerBytes, 'HPE_HEADER_OVERFLOW')
    if (line === undefined) return false
    trailerBytes += line.length + 2
    if (line === '') finish()
    else collectHeaders([line])
    return true
  }

  /** What follows is nobody's, so the connection can't stay. */
  function finish(): void {
    step = stop
    onEnd(mayStay && rest.length === 0)
  }

  function stop(): boolean {
    rest = EMPTY
    return false
  }

  /** @returns whether that was all of it */
  function takeData(): boolean {
    const data = rest.subarray(0, left)
    rest = rest.subarray(data.length)
    left -= data.length
    if (data.length > 0) onData(data)
    return left === 0
  }

  /** Section 2.2: some servers end a body with a line that they did not count. */
  function skipEmptyLines(): void {
    let bytes = 0
    while (rest[bytes] === CR && rest[bytes + 1] === LF) bytes += 2
    rest = rest.subarray(bytes)
  }

  /** @returns what stands before the mark, which goes with it */
  function takeUntil(mark: string, maxBytes: number, overflow: string): string | undefined {
    const at = rest.indexOf(mark)
    if ((at === -1 ? rest.length : at + mark.length) > maxBytes) throw failure(overflow)
    if (at === -1) return undefined
    const text = rest.toString('latin1', 0, at)
    rest = rest.subarray(at + mark.length)
    return text
  }
}

/** A name that comes twice has both values, with a comma between. RFC 9110, section 5.3 */
function collectHeaders(lines: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? []
    if (name === undefined || value === undefined) throw failure('HPE_INVALID_HEADER_TOKEN')
    const [key, text] = [name.toLowerCase(), withoutBlanksAround(value)]
    headers[key] = headers[key] === undefined ? text : `${headers[key]}, ${text}`
  }
  return headers
}

/** Spaces and tabs alone: `trim` takes others as well, and would make a length of what is none. */
function withoutBlanksAround(text: string): string {
  const isBlank = (at: number) => text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB
  let [start, end] = [0, text.length]
  while (start < end && isBlank(start)) start += 1
  while (end > start && isBlank(end - 1)) end -= 1
  return text.slice(start, end)
}

function failure(code: string): Error {
  return Object.assign(new Error('this is no answer in HTTP'), { code })
}
