/** Sends an answer, or as much of it as a fault lets through. */
import type { ServerResponse } from 'node:http'
import { deflateRawSync, gzipSync, constants as zlib } from 'node:zlib'
import type { CutPoint, Fault } from './fault.ts'
import type { ServiceAnswer } from './routes.ts'

/** Time for what was written to arrive on its own, before the connection goes. */
const SETTLE_MS = 20
const CHUNK_BYTES = 64 * 1024

/**
 * @param response where to
 * @param answer the whole answer
 * @param fault what shall go wrong, latency aside
 * @param reset resets the connection under the response
 */
export async function deliver(
  response: ServerResponse,
  answer: ServiceAnswer,
  fault: Fault | undefined,
  reset: () => void,
): Promise<void> {
  if (fault === undefined) {
    const length = Buffer.byteLength(answer.body)
    response.writeHead(answer.status, { ...answer.headers, 'Content-Length': length }).end(answer.body)
    return
  }
  const stop = (point: CutPoint) => stopAt(point, fault, response, reset)
  if (await stop('start')) return
  const body = makeBody(answer.body, fault)
  response.writeHead(answer.status, { ...answer.headers, ...bodyHeaders(body, fault) }).flushHeaders()
  if (await stop('headers')) return
  if (fault.paddingBytes === Infinity) return pour(response, fault.gzip === true)
  const shown = fault.cut === undefined ? body : body.subarray(0, body.length >> 1)
  await write(response, shown, fault.dripMs)
  if (await stop('body')) return
  if (fault.lengthOffset === undefined) response.end()
  else response.socket?.end()
}

/**
 * @param ms how long
 * @param response whose connection makes it end early when it closes
 */
export function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, response.destroyed ? 0 : ms)
    response.once('close', end)
    function end(): void {
      clearTimeout(timer)
      response.off('close', end)
      resolve()
    }
  })
}

/** @returns whether the answer goes no further than this */
async function stopAt(
  point: CutPoint,
  fault: Fault,
  response: ServerResponse,
  reset: () => void,
): Promise<boolean> {
  if (fault.cut?.point !== point) return false
  if (point !== 'start') await pause(SETTLE_MS, response)
  if (fault.cut.how === 'reset') reset()
  if (fault.cut.how === 'truncate') response.socket?.end()
  return true
}

function makeBody(text: string, { paddingBytes = 0, gzip }: Fault): Buffer {
  if (paddingBytes === Infinity) return Buffer.alloc(0)
  const body = Buffer.concat([Buffer.alloc(paddingBytes, ' '), Buffer.from(text)])
  return gzip ? gzipSync(body) : body
}

/** Without a length the body is chunked: it may go on for ever. */
function bodyHeaders(body: Buffer, { gzip, paddingBytes, lengthOffset = 0 }: Fault): Record<string, string> {
  return {
    ...(gzip && { 'Content-Encoding': 'gzip' }),
    ...(paddingBytes !== Infinity && { 'Content-Length': String(Math.max(0, body.length + lengthOffset)) }),
  }
}

async function write(response: ServerResponse, body: Buffer, dripMs: number | undefined): Promise<void> {
  const size = dripMs === undefined ? body.length : 1
  for (let start = 0; start < body.length && !response.destroyed; start += size) {
    response.write(body.subarray(start, start + size))
    if (dripMs !== undefined) await pause(dripMs, response)
  }
}

/** Writes spaces until nobody takes them. */
async function pour(response: ServerResponse, gzip: boolean): Promise<void> {
  const spaces = Buffer.alloc(CHUNK_BYTES, ' ')
  if (gzip) response.write(GZIP_HEADER)
  const chunk = gzip ? deflateRawSync(Buffer.alloc(256 * CHUNK_BYTES, ' '), FLUSHED) : spaces
  while (!response.destroyed) {
    if (!response.write(chunk)) await drained(response)
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', end).once('close', end)
    function end(): void {
      response.off('drain', end).off('close', end)
      resolve()
    }
  })
}

/** A deflate stream that is flushed and not finished may be repeated without end. */
const FLUSHED = { finishFlush: zlib.Z_FULL_FLUSH }
/** RFC 1952: deflate, no name, no time. */
const GZIP_HEADER = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
