/** The authorities that Node brings along, as certificates: parsed once for all threads, by the first TLS context. */

/** By Node's major version, which takes as long; later ones parse the few that they need. */
const PARSING_MS = new Map([
  [20, 16],
  [22, 6],
])
/** What leaves a thread time for something else while its worker comes up. */
const SHORT_MS = 10

const parsingMs = PARSING_MS.get(Number.parseInt(process.versions.node, 10)) ?? 0

/**
 * For a thread that waits for another one, which is going to need them: a cold start by https with `-r` takes 12 ms less on
 * Node 20. Does nothing where that gains nothing.
 *
 * @param apiBase what is going to be connected to
 */
export function parseAuthorities(apiBase: string): void {
  if (parsingMs === 0 || !isHttps(apiBase)) return
  try {
    process.getBuiltinModule('node:tls').createSecureContext()
  } catch {
    // It fails again for whoever needs it.
  }
}

/**
 * @param apiBase what is going to be connected to, as far as it is known; undefined: the default
 * @returns whether {@link parseAuthorities} is all that a thread should do while its worker comes up
 */
export function isLongParsing(apiBase: string | undefined): boolean {
  return parsingMs > SHORT_MS && isHttps(apiBase)
}

function isHttps(apiBase = 'https:'): boolean {
  return apiBase.startsWith('https:')
}
