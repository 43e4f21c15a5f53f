/** A request as it goes over the wire. RFC 9112, sections 2 to 6 */
import type { Outgoing } from './connections.ts'

/** What can't become two lines. */
const LINE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * @param host and port, as a URL has them: without the port, where it is the scheme's own
 * @throws Error with the code `ERR_INVALID_CHAR`, where a header can't be sent
 */
export function writeRequest({ method, path, headers, body }: Outgoing, host: string): Buffer {
  const bytes = Buffer.from(body ?? '', 'utf8')
  const length = body === undefined ? {} : { 'content-length': String(bytes.length) }
  const all = Object.entries({ host, connection: 'keep-alive', ...headers, ...length })
  const lines = [`${method} ${path} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`)]
  if (!lines.every((line) => LINE.test(line)))
    throw Object.assign(new Error('a header that would be two'), { code: 'ERR_INVALID_CHAR' })
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes])
}
