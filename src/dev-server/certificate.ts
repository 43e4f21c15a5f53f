/**
 * A certificate authority of our own and a server certificate under it, as RFC 5280 has them. Written
 * out here because it's short, and the libraries for it weigh more than all the rest of this server.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import {
  bitString,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  TRUE,
  time,
  utf8String,
} from './der.ts'

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly certificate: string
  readonly privateKey: string
}

const DAY_MS = 24 * 60 * 60 * 1000
/** Long, since `--data` keeps it. */
const AUTHORITY_DAYS = 10 * 365
/** One is made at every start; the strictest clients take 398 days. */
const SERVER_DAYS = 397

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
}
const AUTHORITY_NAME = 'locker-dev authority'
const SERVER_NAME = 'locker-dev'

/**
 * @param nowMs Unix milliseconds
 * @returns an authority that may sign server certificates and no further authority
 */
export function createAuthority(nowMs: number): Identity {
  const { privateKey, publicKey } = newKeys()
  const extensions = [
    extension(OID.basicConstraints, true, sequence(TRUE, integer(Buffer.of(0)))),
    // keyCertSign and cRLSign
    extension(OID.keyUsage, true, bitString(Buffer.of(0b00000110), 1)),
    extension(OID.subjectKeyIdentifier, false, octetString(identifyKey(publicKey))),
  ]
  const body = { subject: AUTHORITY_NAME, days: AUTHORITY_DAYS, publicKey, extensions }
  return { certificate: signCertificate(body, privateKey, nowMs), privateKey: exportKey(privateKey) }
}

/**
 * @param authority what {@link createAuthority} made
 * @param hosts names and addresses that the certificate is for
 * @param nowMs Unix milliseconds
 */
export function issueCertificate(authority: Identity, hosts: readonly string[], nowMs: number): Identity {
  const { privateKey, publicKey } = newKeys()
  const authorityKey = new X509Certificate(authority.certificate).publicKey
  const extensions = [
    extension(OID.basicConstraints, true, sequence()),
    // digitalSignature
    extension(OID.keyUsage, true, bitString(Buffer.of(0b10000000), 7)),
    extension(OID.extKeyUsage, false, sequence(oid(OID.serverAuth))),
    extension(OID.subjectKeyIdentifier, false, octetString(identifyKey(publicKey))),
    extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, identifyKey(authorityKey)))),
    extension(OID.subjectAltName, false, sequence(...[...new Set(hosts)].map(formatHost))),
  ]
  const body = { subject: SERVER_NAME, days: SERVER_DAYS, publicKey, extensions }
  const certificate = signCertificate(body, createPrivateKey(authority.privateKey), nowMs)
  return { certificate, privateKey: exportKey(privateKey) }
}

interface CertificateBody {
  readonly subject: string
  readonly days: number
  readonly publicKey: KeyObject
  readonly extensions: readonly Buffer[]
}

function signCertificate(body: CertificateBody, issuerKey: KeyObject, nowMs: number): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256))
  const signed = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    formatName(AUTHORITY_NAME),
    // A day back: clocks differ between machines.
    sequence(time(nowMs - DAY_MS), time(nowMs + body.days * DAY_MS)),
    formatName(body.subject),
    exportSpki(body.publicKey),
    explicit(3, sequence(...body.extensions)),
  )
  return formatPem(sequence(signed, algorithm, bitString(sign('sha256', signed, issuerKey))))
}

function newKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function exportSpki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

/** Any unique 20 bytes will do. RFC 5280 section 4.2.1.2 */
function identifyKey(key: KeyObject): Buffer {
  return createHash('sha256').update(exportSpki(key)).digest().subarray(0, 20)
}

function formatName(commonName: string): Buffer {
  return sequence(setOf(sequence(oid(OID.commonName), utf8String(commonName))))
}

function extension(id: string, critical: boolean, content: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octetString(content))
}

/** GeneralName: `[7]` an address, `[2]` a name. */
function formatHost(host: string): Buffer {
  const family = isIP(host)
  if (family === 4) return implicit(7, Buffer.from(host.split('.').map(Number)))
  if (family === 6) return implicit(7, parseIpv6(host))
  return implicit(2, Buffer.from(host, 'latin1'))
}

/** URL writes every form of an address as groups of hex digits, with at most one `::`. */
function parseIpv6(host: string): Buffer {
  const plain = host.replace(/%.*$/, '')
  const [head = '', tail = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [formatGroups(head), formatGroups(tail)]
  return Buffer.from(before + after.padStart(32 - before.length, '0'), 'hex')
}

function formatGroups(text: string): string {
  return text === '' ? '' : text.replace(/[^:]+/g, (group) => group.padStart(4, '0')).replaceAll(':', '')
}

function formatPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
