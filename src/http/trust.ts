/** Whom TLS trusts: the authorities that Node brings along, and those of a user's own file. */
import type { SecureContext } from 'node:tls'
import type { Connection } from '../config/config.ts'
import { readTextFile } from '../config/text-file.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'

/** All authorities that a system knows are about 230 KB. */
const MAX_CA_FILE_BYTES = 4 * 1024 * 1024

/** Whom a TLS connection trusts. */
export interface Trust {
  readonly rejectUnauthorized: boolean
  /** All connections share it. */
  readonly secureContext: SecureContext
}

/**
 * Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment does not switch our checks off.
 *
 * @returns loads TLS, and makes the one context that all connections share
 * @throws LockerError `locker_error` when `caFile` can't be read or holds no certificate
 */
export function prepareTrust({ unsafe, caFile }: Connection): () => Trust {
  const authorities = caFile === undefined ? [] : readAuthorities(caFile)
  return () => ({ rejectUnauthorized: !unsafe, secureContext: trustAlso(authorities) })
}

/** What Node calls where it is given `ca`; it has no documented name. */
interface NativeContext {
  readonly context?: { addCACert?: (pem: Buffer) => void }
}

/**
 * Added to the default ones, to which Node 22.15 and later count those of NODE_EXTRA_CA_CERTS. `ca` would replace
 * them: they would have to be named again, and be parsed once more: 48 ms and not 22 on Node 20, 6.5 and not 1.5 on 24.
 */
function trustAlso(authorities: readonly string[]): SecureContext {
  const tls: typeof import('node:tls') & { getCACertificates?: (type: 'default') => string[] } =
    require('node:tls')
  const trusting = tls.createSecureContext()
  if (authorities.length === 0) return trusting
  const { context } = trusting as NativeContext
  if (typeof context?.addCACert === 'function') {
    for (const pem of authorities) context.addCACert(Buffer.from(pem))
    return trusting
  }
  const defaults = tls.getCACertificates?.('default') ?? tls.rootCertificates
  return tls.createSecureContext({ ca: [...defaults, ...authorities] })
}

/** OpenSSL passes over what it can't read; a user who named a file wants to know. */
function readAuthorities(caFile: string): readonly string[] {
  const certificates =
    readPem(caFile).match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? []
  if (certificates.length > 0 && certificates.every(isCertificate)) return certificates
  throw new LockerError(
    `the file of LOCKER_CA_FILE holds no PEM certificate, or a broken one: ${oneLine(caFile)}`,
  )
}

/** Never blocks, whatever lies there: this may be the main thread. */
function readPem(caFile: string): string {
  const pem = readTextFile(caFile, MAX_CA_FILE_BYTES)
  if (typeof pem === 'string') return pem
  throw new LockerError(`the file of LOCKER_CA_FILE ${pem.text}: ${oneLine(caFile)}`)
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new (process.getBuiltinModule('node:crypto').X509Certificate)(pem))
  } catch {
    return false
  }
}
