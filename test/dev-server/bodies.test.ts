import { expect, it } from 'vitest'
import { send } from './raw-client.ts'
import { startServer } from './servers.ts'

const HASH = 'a'.repeat(43)

it.each([
  ['no JSON', '{"hash":'],
  ['a list', '[]'],
  ['null', 'null'],
  ['no hash', '{}'],
  ['a hash that is none', '{"hash":"abc"}'],
  ['plaintext for an EncString', `{"hash":"${HASH}","description":"canary"}`],
  ['a number for an EncString', `{"hash":"${HASH}","description":1}`],
  ['a body of 17 MB', `{"hash":"${HASH}"${' '.repeat(17_000_000)}}`],
])('refuses %s with invalid_data, and keeps nothing', async (_, body) => {
  const server = await startServer({
    seeds: [{ secrets: [{ key: 'A', value: '1', environment: 'production' }] }],
  })
  const { project } = server
  const before = project.revisionDate
  for (const [kind, row] of [
    ['secrets', project.secrets[0]],
    ['environments', project.environments[0]],
  ] as const) {
    for (const [method, path] of [
      ['POST', `/v1/${kind}`],
      ['PUT', `/v1/${kind}/${row?.id}`],
    ] as const) {
      const answer = await send(server, path, { method, body })
      expect(answer.status).toBe(422)
      expect(answer.json).toEqual({ code: 'invalid_data', message: expect.any(String) })
      expect(answer.text).not.toContain('canary')
    }
  }
  expect(project.revisionDate).toBe(before)
})

it.each(['key', 'value', 'environment_name', 'environment_id'])(
  'names the field %s that is wrong',
  async (field) => {
    const server = await startServer()
    const answer = await send(server, '/v1/secrets', { method: 'POST', body: { hash: HASH, [field]: 1 } })
    expect(answer.json).toMatchObject({ code: 'invalid_data', message: expect.stringContaining(field) })
  },
)
