/** The certificates of `--https`, and the file that names their authority. product: section 5 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeFailure, LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { createAuthority, type Identity, issueCertificate } from './certificate.ts'

/** What https needs. */
export interface Tls {
  readonly authority: Identity
  readonly server: Identity
  /** PEM of the authority, for `LOCKER_CA_FILE`. */
  readonly caFile: string
  /** Removes what was only for this run. */
  readonly remove: () => void
}

/**
 * @param saved the authority of an earlier run; undefined: a new one is made
 * @param host what is listened on, beside 127.0.0.1, ::1 and localhost
 * @param dataFile its neighbour `FILE.ca.pem` holds the authority, so that other containers can have it
 *   at a fixed path; undefined: a temporary file does
 * @param nowMs Unix milliseconds
 * @throws LockerError `locker_error` when the file can't be written
 */
export function prepareTls(
  saved: Identity | undefined,
  host: string,
  dataFile: string | undefined,
  nowMs: number,
): Tls {
  const authority = saved ?? createAuthority(nowMs)
  const server = issueCertificate(authority, ['127.0.0.1', '::1', 'localhost', host], nowMs)
  const folder = dataFile === undefined ? mkdtempSync(join(tmpdir(), 'locker-dev-')) : undefined
  const caFile = folder === undefined ? `${dataFile}.ca.pem` : join(folder, 'ca.pem')
  try {
    writeFileSync(caFile, authority.certificate)
  } catch (error) {
    throw new LockerError(`${oneLine(caFile)} can't be written (${describeFailure(error)})`, { cause: error })
  }
  return {
    authority,
    server,
    caFile,
    remove: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
