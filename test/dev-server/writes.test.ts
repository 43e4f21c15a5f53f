import { expect, it } from 'vitest'
import { decrypt, encrypt } from '../../src/crypto/cipher.ts'
import { hashText } from '../../src/crypto/hash.ts'
import type { DevServer } from '../../src/dev-server/index.ts'
import { openKeys, type Row, read, send } from './raw-client.ts'
import { startServer } from './servers.ts'

/** Writes as the official client would. */
async function openWriter(server: DevServer) {
  const keys = await openKeys(server)
  const enc = (text: string) => encrypt(keys, text)
  const hash = (text: string) => hashText(server.project.projectId, text)
  const write = (method: string, path: string, body: object | string) => send(server, path, { method, body })
  const open = (value: unknown) => decrypt(keys, String(value), 'field').toString('utf8')
  return { enc, hash, write, open }
}

const SEED = {
  secrets: [
    { key: 'A', value: 'all', description: 'of all' },
    { key: 'A', value: 'production', environment: 'production', description: 'of production' },
    { key: 'B', value: 'b', environment: 'production' },
    { key: 'A', value: 'staging', environment: 'staging' },
  ],
}

async function startWithWriter() {
  const server = await startServer({ seeds: [SEED] })
  const writer = await openWriter(server)
  const idOf = (key: string, environment?: string) =>
    server.project.findSecret(key, environment)?.id ?? 'none'
  const environmentId = (name: string) => server.project.findEnvironment(name)?.id ?? 'none'
  return { server, ...writer, idOf, environmentId }
}

it('creates a secret in an environment and answers with the record and its data', async () => {
  const { server, enc, hash, write, environmentId } = await startWithWriter()
  const body = {
    key: enc('NEW'),
    hash: hash('NEW'),
    value: enc('new value'),
    description: enc(''),
    environment_id: environmentId('production'),
    environment_name: enc('production'),
  }
  const answer = await write('POST', '/v1/secrets', body)
  expect(answer.status).toBe(201)
  const { data, ...record } = answer.json as Row & { data: object }
  const { key, value, description, environment_id, environment_name } = body
  expect(data).toEqual({ key, value, description, environment_name })
  expect(record).toEqual({
    object: 'secret',
    id: expect.any(String),
    key,
    value,
    description,
    secret_hash: body.hash,
    environment_id,
    environment_name,
    environment_hash: hash('production'),
    project_id: server.project.projectId,
    creation_date: server.project.revisionDate,
    revision_date: server.project.revisionDate,
    updated_date: null,
    deleted_date: null,
    last_use_date: null,
  })
  expect(await read(server, `/v1/secrets/${record.id}`)).toEqual(record)
})

it('takes what is left out of a POST as empty, and puts the secret into ALL', async () => {
  const { hash, write } = await startWithWriter()
  const { json } = await write('POST', '/v1/secrets', { hash: hash('NEW') })
  expect(json).toMatchObject({ key: '', value: '', description: '', environment_id: null })
  expect(json).toMatchObject({ environment_name: null, environment_hash: null })
})

it('drops an environment name that comes without an environment', async () => {
  const { enc, hash, write, idOf } = await startWithWriter()
  const created = await write('POST', '/v1/secrets', { hash: hash('NEW'), environment_name: enc('x') })
  expect(created.json).toMatchObject({ environment_name: null })
  const changed = await write('PUT', `/v1/secrets/${idOf('A')}`, {
    hash: hash('A'),
    environment_name: enc('x'),
  })
  expect(changed.json).toMatchObject({ environment_name: null })
})

it('leaves what is left out of a PUT as it was', async () => {
  const { server, enc, hash, write, idOf } = await startWithWriter()
  const before = server.project.findSecret('A', 'production')
  const value = enc('changed')
  const answer = await write('PUT', `/v1/secrets/${idOf('A', 'production')}`, { hash: hash('A'), value })
  expect(answer.status).toBe(200)
  const date = server.project.revisionDate
  const expected = { ...before, value, revision_date: date, updated_date: date }
  const { key, description, environment_name } = expected
  expect(answer.json).toEqual({ ...expected, data: { key, value, description, environment_name } })
  expect(date).toBeGreaterThan(before?.revision_date ?? 0)
})

it('moves a secret to ALL by an empty environment id, and drops the environment name', async () => {
  const { enc, hash, write, idOf } = await startWithWriter()
  const body = { key: enc('B'), hash: hash('B'), environment_id: '', environment_name: enc('') }
  const answer = await write('PUT', `/v1/secrets/${idOf('B', 'production')}`, body)
  expect(answer.json).toMatchObject({ environment_id: null, environment_name: null, environment_hash: null })
  expect(answer.json).toMatchObject({ data: { environment_name: null } })
})

it('moves a secret to another environment', async () => {
  const { enc, hash, write, idOf, environmentId, open } = await startWithWriter()
  const body = { hash: hash('B'), environment_id: environmentId('staging'), environment_name: enc('staging') }
  const { json } = await write('PUT', `/v1/secrets/${idOf('B', 'production')}`, body)
  expect(json).toMatchObject({ environment_id: environmentId('staging'), environment_hash: hash('staging') })
  expect(open((json as Row)['environment_name'])).toBe('staging')
})

it('lets a renamed environment take its secrets along, in the delta too', async () => {
  const { server, enc, hash, write, environmentId } = await startWithWriter()
  const before = server.project.revisionDate
  const body = { name: enc('live'), hash: hash('live') }
  const answer = await write('PUT', `/v1/environments/${environmentId('production')}`, body)
  expect(answer.json).toMatchObject({ ...body, data: { name: body.name } })
  const delta = await read<{ results: Row[] }>(server, `/v1/secrets?revision_date=${before}`)
  expect(delta.results.map((row) => row['environment_hash'])).toEqual([hash('live'), hash('live')])
  expect(server.project.findSecret('B', 'live')).toBeDefined()
})

it('creates and changes environments', async () => {
  const { server, enc, hash, write } = await startWithWriter()
  const body = { name: enc('qa'), hash: hash('qa'), external_url: enc('https://qa'), description: enc('') }
  const created = await write('POST', '/v1/environments', body)
  expect(created.status).toBe(201)
  const { name, external_url, description } = body
  expect(created.json).toMatchObject({
    object: 'environment',
    ...body,
    data: { name, external_url, description },
  })
  const url = enc('https://qa2')
  const { id } = created.json as Row
  const changed = await write('PUT', `/v1/environments/${id}`, { hash: hash('qa'), external_url: url })
  expect(changed.json).toMatchObject({
    name,
    description,
    external_url: url,
    updated_date: server.project.revisionDate,
  })
})

it.each([
  ['POST', 'secret', 'This secret hash already exists'],
  ['PUT', 'secret', 'This hash value already existed'],
  ['POST', 'environment', 'This environment hash already exists'],
  ['PUT', 'environment', 'The environment hash already existed'],
])('refuses a duplicate at %s of a %s in the words of the service', async (method, kind, message) => {
  const { hash, write, idOf, environmentId } = await startWithWriter()
  const secret = { hash: hash('A'), environment_id: environmentId('staging') }
  const environment = { hash: hash('staging') }
  const id = kind === 'secret' ? idOf('B', 'production') : environmentId('production')
  const path = method === 'POST' ? `/v1/${kind}s` : `/v1/${kind}s/${id}`
  const answer = await write(method, path, kind === 'secret' ? secret : environment)
  expect(answer.status).toBe(409)
  expect(answer.json).toEqual({ code: 'already_exists', message })
})

it('checks uniqueness against other records, not against the record itself', async () => {
  const { hash, write, idOf, environmentId } = await startWithWriter()
  expect((await write('PUT', `/v1/secrets/${idOf('A')}`, { hash: hash('A') })).status).toBe(200)
  const production = `/v1/environments/${environmentId('production')}`
  expect((await write('PUT', production, { hash: hash('production') })).status).toBe(200)
})

it.each([
  ['POST', '/v1/secrets', { environment_id: 'nobody' }],
  ['PUT', '/v1/secrets/nobody', {}],
  ['PUT', '/v1/environments/nobody', {}],
])('answers 404 to %s %s where a record is missing', async (method, path, body) => {
  const { hash, write } = await startWithWriter()
  const answer = await write(method, path, { hash: hash('NEW'), ...body })
  expect(answer.status).toBe(404)
  expect(answer.json).toMatchObject({ code: 'not_found' })
})
