/** The user's extra headers. They may add to ours and replace none that the transport lives by. */
import { Problem } from './kind.ts'

/** What the setting must be. */
export const HEADERS_FORM = '`Name: value, Name2: value2`, or from code an object of texts'

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Sent as they are, they would say something else about the request, or about its connection. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  ...['authorization', 'host', 'content-length', 'content-type', 'content-encoding', 'accept-encoding'],
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'te',
    'trailer',
    'upgrade',
    'expect',
  ],
])

type Headers = Readonly<Record<string, string>>

/**
 * @param text `Name: value, Name2: value2`. A value that holds a comma can be given from code only.
 * @returns the headers, as they were spelled; undefined where it is no such list
 */
export function parseHeaders(text: string): Headers | Problem | undefined {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  const pairs = parts.map(
    (part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)] as const,
  )
  return parts.every((part) => part.includes(':')) ? collectHeaders(pairs) : undefined
}

/** @param value a record of texts */
export function decodeHeaders(value: unknown): Headers | Problem | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const pairs = Object.entries(value)
  return pairs.every(([, text]) => typeof text === 'string') ? collectHeaders(pairs) : undefined
}

/** Names what is wrong by the header's name, and only where it is a name: a slip may have put the value there. */
function collectHeaders(pairs: readonly (readonly [string, string])[]): Headers | Problem | undefined {
  // A header may be called __proto__.
  const headers: Record<string, string> = Object.create(null)
  const seen = new Set<string>()
  for (const [rawName, rawValue] of pairs) {
    const [name, value] = [rawName.trim(), rawValue.trim()]
    const folded = name.toLowerCase()
    if (!TOKEN.test(name)) return undefined
    if (FORBIDDEN.has(folded))
      return new Problem(`must not set the header ${folded}, which lockerpm sets itself`)
    if (seen.has(folded)) return new Problem(`must not give a header twice: ${name}`)
    if (!VALUE.test(value))
      return new Problem(`must not have control or non-Latin-1 characters in the header ${name}`)
    seen.add(folded)
    headers[name] = value
  }
  return headers
}
