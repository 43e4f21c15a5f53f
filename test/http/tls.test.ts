import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import tls from 'node:tls'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Connection } from '../../src/config/config.ts'
import { APIConnectionError, LockerError } from '../../src/errors.ts'
import { endpoints } from '../../src/http/endpoints.ts'
import { bundle, copyFixture, makeFolder, runNode } from '../sync/bundles.ts'
import {
  type Certificate,
  daysFromNow,
  makeAuthority,
  makeCertificate,
  writeTemporary,
} from './certificates.ts'
import { ACCESS_KEY_ID, connectionTo, failureOf, fetchEntry, openService, read, SETTINGS } from './client.ts'
import { html, json, startRawServer, startServer } from './test-server.ts'

const NO_CERTIFICATE = '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n'

let authority: Certificate
let signed: Certificate
let selfSigned: Certificate

beforeAll(async () => {
  authority = await makeAuthority()
  signed = await makeCertificate({ authority })
  selfSigned = await makeCertificate()
})

const serve = (certificate: Certificate) =>
  startServer((_, response) => json(response, 200, { fine: true }), { ...certificate })

async function readFrom(certificate: Certificate, other: Partial<Connection> = {}) {
  const server = await serve(certificate)
  return { server, work: read(server.origin, endpoints.profile, other) }
}

describe('a certificate', () => {
  it.each<[string, () => Partial<Certificate> & { cert: string }, () => Certificate]>([
    ['of an authority in caFile', () => authority, () => signed],
    ['that is itself in caFile', () => selfSigned, () => selfSigned],
    [
      'in a bundle of several',
      () => ({ cert: `${selfSigned.cert}\n# more\n${authority.cert}` }),
      () => signed,
    ],
  ])('%s is accepted', async (_, trusted, certificate) => {
    const { work } = await readFrom(certificate(), { caFile: writeTemporary(trusted().cert) })
    await expect(work).resolves.toEqual({ fine: true })
  })

  it.each<[string, () => Promise<Certificate>, string]>([
    ['that signed itself', () => makeCertificate(), 'its certificate is self-signed'],
    [
      'of an unknown authority',
      async () => makeCertificate({ authority: await makeAuthority('Another') }),
      "its certificate's authority isn't known: name it in LOCKER_CA_FILE",
    ],
    [
      'that brings its unknown authority along',
      async () => {
        const other = await makeAuthority('Another')
        const leaf = await makeCertificate({ authority: other })
        return { key: leaf.key, cert: `${leaf.cert}\n${other.cert}` }
      },
      'its certificate is self-signed: name its authority in LOCKER_CA_FILE, or set LOCKER_UNSAFE=true',
    ],
    [
      'that has expired',
      () => makeCertificate({ authority, notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) }),
      "its certificate isn't valid today (CERT_HAS_EXPIRED)",
    ],
    [
      'of tomorrow',
      () => makeCertificate({ authority, notBefore: daysFromNow(1), notAfter: daysFromNow(9) }),
      "its certificate isn't valid today (CERT_NOT_YET_VALID)",
    ],
    [
      'for another name',
      () => makeCertificate({ authority, names: ['other.example'], withoutLoopback: true }),
      'its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
  ])('%s is refused at once, and nothing is asked for', async (_, make, words) => {
    const { server, work } = await readFrom(await make(), { caFile: writeTemporary(authority.cert) })
    const failure = await failureOf(work)
    expect(failure).toBeInstanceOf(APIConnectionError)
    expect(failure).toMatchObject({ statusCode: undefined, retryable: false })
    expect(failure.message).toContain(words)
    expect(server.seen).toHaveLength(0)
    expect(server.sockets).toHaveLength(1)
  })

  it.each<[string, () => Promise<Certificate>]>([
    ['signed itself', () => makeCertificate()],
    ['has expired', () => makeCertificate({ notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) })],
    ['is for another name', () => makeCertificate({ names: ['other.example'], withoutLoopback: true })],
  ])('that %s is accepted with unsafe', async (_, make) => {
    const { work } = await readFrom(await make(), { unsafe: true })
    await expect(work).resolves.toEqual({ fine: true })
  })

  it('is refused without caFile when nobody knows its authority', async () => {
    const failure = await failureOf((await readFrom(signed)).work)
    expect(failure.message).toContain("authority isn't known")
  })
})

describe('caFile', () => {
  let folder: string
  beforeAll(async () => {
    folder = makeFolder()
    await bundle(fetchEntry(), `${folder}/fetch.cjs`)
  })

  const broken = /holds no PEM certificate, or a broken one: .*file\.pem$/

  it.each([
    ['names it', true],
    ['does not', false],
  ])('an authority is trusted, from Node 22.15 on, when NODE_EXTRA_CA_CERTS %s', async (_, isNamed) => {
    const server = await startServer((__, response) => json(response, 200, { fine: true }), { ...signed })
    const other = await makeAuthority('Another')
    const caFile = writeTemporary(other.cert)
    const connection = connectionTo(server.origin, { caFile, timeoutMs: 5000 })
    const request = JSON.stringify({ accessKeyId: ACCESS_KEY_ID, connection, settings: SETTINGS })
    const env = isNamed ? { NODE_EXTRA_CA_CERTS: writeTemporary(authority.cert) } : {}
    await runNode([copyFixture('fetch-once.cjs', folder), `${folder}/fetch.cjs`, request], { env })
    expect(server.seen.length > 0).toBe(isNamed && 'getCACertificates' in tls)
  })

  it('adds to the authorities that Node names as its own, should it lose its way of adding', async () => {
    const builtin: { getCACertificates?: unknown; createSecureContext: (options?: object) => unknown } =
      createRequire(import.meta.url)('node:tls')
    const { getCACertificates, createSecureContext } = builtin
    onTestFinished(() => void Object.assign(builtin, { getCACertificates, createSecureContext }))
    builtin.getCACertificates = (type: string) => (type === 'default' ? [authority.cert] : [])
    builtin.createSecureContext = (options) => (options === undefined ? {} : createSecureContext(options))
    const other = await makeAuthority('Another')
    const { work } = await readFrom(signed, { caFile: writeTemporary(other.cert) })
    await expect(work).resolves.toEqual({ fine: true })
  })

  it.each([
    ['is missing', () => `${writeTemporary('')}.missing`, /can't be read \(ENOENT\): .*\.missing$/],
    ['is a folder', () => '/', /is not a regular file: \/$/],
    ['has a newline in its name', () => '/missing\nfile', /can't be read \(ENOENT\): \/missing\\u000afile$/],
    ['is a pipe that nobody writes to', makePipe, /is not a regular file: .*\.pipe$/],
    ['is empty', () => writeTemporary(''), broken],
    ['holds a key', () => writeTemporary(signed.key), broken],
    ['holds noise', () => writeTemporary(Buffer.from([0, 255, 1, 254])), /is not UTF-8/],
    ['holds a certificate that is none', () => writeTemporary(NO_CERTIFICATE), broken],
    ['holds half a certificate', () => writeTemporary(authority.cert.slice(0, 200)), broken],
    ['holds a good one and a bad one', () => writeTemporary(authority.cert + NO_CERTIFICATE), broken],
  ])('that %s is an error that names setting and file', (_, file, words) => {
    const caFile = file()
    const open = () => openService('https://127.0.0.1:1', { caFile })
    expect(open).toThrow(LockerError)
    expect(open).toThrow(/^the file of LOCKER_CA_FILE /)
    expect(open).toThrow(words)
    expect(inspect(thrownBy(open))).not.toContain('canary')
  })
})

function makePipe(): string {
  const path = `${writeTemporary('')}.pipe`
  execFileSync('mkfifo', [path])
  return path
}

describe('TLS', () => {
  it('with a server that speaks plain HTTP is an error', async () => {
    const server = await startServer((_, response) => html(response, 400))
    const failure = await failureOf(read(server.origin.replace('http:', 'https:'), endpoints.profile))
    expect(failure).toMatchObject({ name: 'APIConnectionError', retryable: false })
    expect(failure.message).toContain('TLS failed')
  })

  it('with a server that hangs up in the handshake is a connection error', async () => {
    const server = await startRawServer((socket) => socket.once('data', () => socket.destroy()), 'https')
    expect(await failureOf(read(server.origin, endpoints.profile))).toMatchObject({
      name: 'APIConnectionError',
      retryable: true,
    })
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
