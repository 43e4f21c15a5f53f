import { expect, it } from 'vitest'
import { decrypt } from '../../src/crypto/cipher.ts'
import { openKeys, type Row, read, send } from './raw-client.ts'
import { startServer } from './servers.ts'
import { vectorProject, vectors } from './vectors.ts'

it.each(Object.entries(vectors.answers))('gives the very answer to %s', async (request, expected) => {
  const server = await startServer({ projects: [vectorProject] })
  const answer = await send(server, request.replace('GET ', ''))
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json).toEqual(expected)
  if (typeof expected === 'number') expect(answer.text).toBe(String(expected))
})

it('answers one record by its id as in the list', async () => {
  const server = await startServer({ projects: [vectorProject] })
  for (const kind of ['secrets', 'environments'] as const) {
    for (const row of vectorProject[kind]) {
      expect(await read(server, `/v1/${kind}/${row.id}`)).toEqual(row)
    }
  }
})

it('opens with the credential, and finds a secret by key and environment', async () => {
  const server = await startServer({ projects: [vectorProject] })
  expect(server.accessKeyId).toBe(vectors.credential.access_key_id)
  const keys = await openKeys(server)
  const row = server.project.findSecret('STRIPE_KEY', 'production')
  const sameRow = await read<Row>(server, `/v1/secrets/${row?.id}`)
  expect(decrypt(keys, String(sameRow['value']), 'value').toString()).toBe(
    vectors.expected['production']?.['STRIPE_KEY'],
  )
  expect(server.project.findSecret('STRIPE_KEY')).toBeUndefined()
  expect(server.project.findSecret('STRIPE_KEY', 'no such')).toBeUndefined()
})

it('has every field of the vectors in what it makes itself, and of the same type', async () => {
  const server = await startServer({
    seeds: [{ secrets: [{ key: 'A', value: '1', environment: 'production' }] }],
  })
  const shapeOf = (record: object | undefined) => Object.keys(record ?? {}).sort()
  const profile = await read<{ profile: object }>(server, '/v1/profile')
  expect(shapeOf(profile)).toEqual(shapeOf(vectors.answers['GET /v1/profile'] as object))
  expect(shapeOf(profile.profile)).toEqual(shapeOf(vectorProject.access_keys[0]?.profile))
  expect(shapeOf(server.project.secrets[0])).toEqual(shapeOf(vectorProject.secrets[0]))
  expect(shapeOf(server.project.environments[0])).toEqual(shapeOf(vectorProject.environments[0]))
})
