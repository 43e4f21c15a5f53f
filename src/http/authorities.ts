/** The authorities that Node brings along, as certificates: parsed once for all threads, by the first TLS context. */
import type { Connection } from '../config/config.ts'

/** 16 ms on Node 20 and 6 on 22; later ones parse the few that they need. */
const PARSES_ALL = ['20', '22'].includes(process.versions.node.split('.', 1)[0] ?? '')

/**
 * For a thread that waits for another one, which is going to need them: a cold start by https with `-r` takes 12 ms less on
 * Node 20. Does nothing where that gains nothing.
 *
 * @param connection what is going to be connected to
 */
export function parseAuthorities({ apiBase }: Connection): void {
  if (!PARSES_ALL || !apiBase.startsWith('https:')) return
  try {
    process.getBuiltinModule('node:tls').createSecureContext()
  } catch {
    // It fails again for whoever needs it.
  }
}
