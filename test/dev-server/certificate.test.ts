import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createAuthority, issueCertificate } from '../../src/dev-server/certificate.ts'
import { read, send } from './raw-client.ts'
import { startServer } from './servers.ts'

const NOW_MS = Date.UTC(2026, 1, 3)
const DAY_MS = 86_400_000

it('makes an authority that signs, and a certificate under it that does not', () => {
  const authority = createAuthority(NOW_MS)
  const issued = issueCertificate(authority, ['127.0.0.1'], NOW_MS)
  const [ca, certificate] = [
    new X509Certificate(authority.certificate),
    new X509Certificate(issued.certificate),
  ]
  expect(ca.ca).toBe(true)
  expect(certificate.ca).toBe(false)
  expect(ca.verify(ca.publicKey)).toBe(true)
  expect(certificate.verify(ca.publicKey)).toBe(true)
  expect(certificate.checkIssued(ca)).toBe(true)
  expect(certificate.serialNumber).not.toBe(ca.serialNumber)
})

it('is valid from the day before, the authority for ten years', () => {
  const authority = createAuthority(NOW_MS)
  const certificate = new X509Certificate(issueCertificate(authority, ['a'], NOW_MS).certificate)
  expect(Date.parse(certificate.validFrom)).toBe(NOW_MS - DAY_MS)
  expect(Date.parse(certificate.validTo)).toBe(NOW_MS + 397 * DAY_MS)
  expect(Date.parse(new X509Certificate(authority.certificate).validTo)).toBe(NOW_MS + 3650 * DAY_MS)
})

it('writes years from 2050 on in full', () => {
  const authority = createAuthority(Date.UTC(2045, 0, 1))
  expect(new X509Certificate(authority.certificate).validTo).toMatch(/ 2054 GMT$/)
})

it('is for every name and address given, and for no other', () => {
  const hosts = [
    '127.0.0.1',
    '::1',
    'localhost',
    'locker',
    '2001:db8::7:0',
    '2001:db8:1:2:3:4:5:6',
    '::ffff:10.1.2.3',
  ]
  const certificate = new X509Certificate(
    issueCertificate(createAuthority(NOW_MS), hosts, NOW_MS).certificate,
  )
  for (const host of hosts) {
    const found =
      host.includes(':') || host === '127.0.0.1' ? certificate.checkIP(host) : certificate.checkHost(host)
    expect(found).toBe(host)
  }
  expect(certificate.checkHost('example.com')).toBeUndefined()
  expect(certificate.checkIP('127.0.0.2')).toBeUndefined()
})

it.each(['127.0.0.1', 'localhost', '::1'])(
  'serves https on %s to whom trusts its authority only',
  async (host) => {
    const server = await startServer({ https: true, host })
    expect(server.apiBase).toContain(host.includes(':') ? `https://[${host}]:` : `https://${host}:`)
    const ca = readFileSync(server.caFile ?? '', 'utf8')
    expect(await read(server, '/v1/profile', { ca })).toMatchObject({ object: 'profile' })
    await expect(send(server, '/v1/profile')).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
  },
)
