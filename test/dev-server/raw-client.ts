/** Speaks to a server with nothing of ours but the cryptography. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { decrypt, openProjectKeys } from '../../src/crypto/cipher.ts'
import { decodeBase64 } from '../../src/crypto/enc-string.ts'
import { type KeyPair, stretchAccessKey } from '../../src/crypto/keys.ts'

export interface Target {
  readonly apiBase: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: unknown
}

export interface Sent {
  readonly method?: string
  readonly body?: string | object
  /** Undefined: the target's key. */
  readonly authorization?: string
  readonly ca?: string
  readonly localAddress?: string
}

export function send(target: Target, path: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', body, authorization = `Bearer ${target.accessKeyId}`, ca, localAddress } = sent
  const text = typeof body === 'object' ? JSON.stringify(body) : body
  const url = `${target.apiBase}${path}`
  const options = {
    method,
    headers: { authorization, ...(text !== undefined && { 'content-type': 'application/json' }) },
    agent: false as const,
    ...(localAddress !== undefined && { localAddress }),
  }
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:')
      ? httpsRequest(url, { ...options, ...(ca !== undefined && { ca }) })
      : httpRequest(url, options)
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response
        const received = Buffer.concat(chunks).toString('utf8')
        resolve({ status, headers, text: received, json: parseJson(received) })
      })
    })
    request.end(text)
  })
}

/** @returns the body of an answer that has to be a success */
export async function read<Body>(target: Target, path: string, sent: Sent = {}): Promise<Body> {
  const answer = await send(target, path, sent)
  if (answer.status > 201) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return answer.json as Body
}

export interface Page {
  readonly count: number
  readonly next: string | null
  readonly previous: string | null
  readonly revision_date: number
  readonly results: readonly Row[]
}

export type Row = Readonly<Record<string, unknown>> & { readonly id: string }

/** Follows `next` to the end. */
export async function readAll(target: Target, path: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let next: string | null = path; next !== null; ) {
    const page: Page = await read<Page>(target, next)
    rows.push(...page.results)
    next = page.next
  }
  return rows
}

/** The project's keys, from the profile and the secret access key, as any client gets them. */
export async function openKeys(target: Target): Promise<KeyPair> {
  const { profile } = await read<{ profile: { key: string } }>(target, '/v1/profile')
  const secret = decodeBase64(target.secretAccessKey)
  if (secret === undefined) throw new Error('the secret access key is not base64')
  return openProjectKeys(stretchAccessKey(secret), profile.key)
}

/** `[environment or ALL, key, value]` of every secret. */
export async function openSecrets(target: Target): Promise<readonly (readonly string[])[]> {
  const keys = await openKeys(target)
  const open = (value: unknown) =>
    value === null ? 'ALL' : decrypt(keys, String(value), 'field').toString('utf8')
  const rows = await readAll(target, '/v1/secrets?paging=1&page=1&size=2000&revision_date=0')
  return rows.map((row) => [open(row['environment_name']), open(row['key']), open(row['value'])])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
