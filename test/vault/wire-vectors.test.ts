import { describe, expect, it } from 'vitest'
import { fetchProject } from '../../src/vault/fetch-pooled.ts'
import { openSecrets } from '../../src/vault/open.ts'
import { connectionTo, SETTINGS, silent } from '../http/client.ts'
import { startServer } from '../http/test-server.ts'
import wire from '../vectors/wire.json'

const answers: Record<string, unknown> = wire.answers
const expected: Record<string, Record<string, string>> = wire.expected

const serve = () =>
  startServer(({ method, path }, response) => {
    const answer = answers[`${method} ${path}`]
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer))
  })

describe('the answers of the service', () => {
  it.each(Object.keys(expected))('come to exactly what %s must have', async (name) => {
    const { origin, seen } = await serve()
    const environment = name === 'ALL' ? undefined : name
    const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = wire.credential
    const request = { accessKeyId, connection: connectionTo(origin), environment, settings: SETTINGS }
    const fetched = await fetchProject(request, silent)
    if (fetched.kind !== 'snapshot') throw new Error(fetched.kind)
    const opened = openSecrets(fetched.snapshot, Buffer.from(secretAccessKey, 'base64'), environment)
    const overlaid = Object.fromEntries([...opened.all, ...opened.environment])
    expect(overlaid).toEqual(expected[name])
    expect(opened.warnings).toEqual([])
    expect(seen).toHaveLength(2)
    for (const { headers } of seen) expect(headers.authorization).toBe(`Bearer ${accessKeyId}`)
  })
})
