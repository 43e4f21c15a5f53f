/** Certificates made anew for each run, and files to hold them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { onTestFinished } from 'vitest'

/** PEM texts, as node:tls takes them. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

interface Wish {
  /** Signs it; left out: it signs itself. */
  readonly authority?: Certificate
  /** Names beside 127.0.0.1. */
  readonly names?: readonly string[]
  /** Left out: 127.0.0.1 is among the names. */
  readonly withoutLoopback?: boolean
  readonly notBefore?: Date
  readonly notAfter?: Date
}

const DAY_MS = 86_400_000

export const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS)

/** @param name of two authorities by one name, OpenSSL tries the wrong one */
export async function makeAuthority(name = 'Test Authority'): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { key: made.private, cert: made.cert }
}

export async function makeCertificate(wish: Wish = {}): Promise<Certificate> {
  const { authority, names = ['localhost'], withoutLoopback = false } = wish
  const loopback = withoutLoopback ? [] : [{ type: 7 as const, ip: '127.0.0.1' }]
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'server' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: wish.notBefore ?? daysFromNow(-1),
    notAfterDate: wish.notAfter ?? daysFromNow(30),
    ...(authority === undefined ? {} : { ca: authority }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      {
        name: 'subjectAltName',
        altNames: [...names.map((value) => ({ type: 2 as const, value })), ...loopback],
      },
    ],
  })
  return { key: made.private, cert: made.cert }
}

/** Gone when the test ends. */
export function writeTemporary(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'file.pem')
  writeFileSync(file, content)
  return file
}
