import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseEncString } from '../../src/crypto/enc-string.ts'
import { buildSdk, failureOf, openLocker, type Sdk, startThreadServer, type ThreadServer } from './sdk.ts'

const sdk = buildSdk()

const seed = {
  environments: [
    { name: 'prod', externalUrl: 'https://prod.example', description: 'the real one' },
    { name: 'test', externalUrl: 'https://test.example' },
  ],
  secrets: [
    { key: 'A', value: 'a', description: 'about a' },
    { key: 'B', value: 'of all' },
    { key: 'B', value: 'of prod', environment: 'prod', description: 'about b' },
    { key: 'P', value: 'p', environment: 'prod' },
  ],
}

async function start() {
  const server = await startThreadServer(sdk(), { seeds: [seed] })
  return { server, locker: openLocker(sdk(), server) }
}

const writesOf = async (server: ThreadServer) =>
  (await server.requests()).filter(({ method }) => method !== 'GET')

interface VectorRequest {
  readonly method: string
  readonly path: string
  readonly body_fields: Readonly<Record<string, string>>
}

const vectors: Readonly<Record<string, VectorRequest>> = JSON.parse(
  readFileSync(new URL('../vectors/wire.json', import.meta.url), 'utf8'),
).requests

/** Holds the last write against what the official client sends. */
async function expectSent(
  server: ThreadServer,
  name: string,
  leftOut: readonly string[] = [],
): Promise<void> {
  const vector = vectors[name]
  const sent = (await writesOf(server)).at(-1)
  if (vector === undefined || sent === undefined) throw new Error(`nothing to hold against ${name}`)
  const path = vector.path.replace('{id}', '[\\w-]+')
  expect(`${sent.method} ${sent.url}`).toMatch(new RegExp(`^${vector.method} ${path}$`))
  const body: Record<string, string> = JSON.parse(sent.body)
  const fields = Object.keys(vector.body_fields).filter((field) => !leftOut.includes(field))
  expect(Object.keys(body).sort()).toEqual(fields.sort())
  for (const [field, text] of Object.entries(body)) {
    const form = vector.body_fields[field] ?? ''
    if (form.startsWith('EncString')) expect(parseEncString(text), field).toBeDefined()
    if (form.endsWith('hash')) expect(text).toMatch(/^[\w-]{43}$/)
    if (form === '""') expect(text).toBe('')
  }
}

describe('create', () => {
  it.each<[Sdk.NewSecret, object]>([
    [
      { key: 'N', value: 'n' },
      { environmentName: null, description: '' },
    ],
    [{ key: 'N', value: 'n', environmentName: null }, { environmentName: null }],
    [{ key: 'N', value: 'n', environmentName: '' }, { environmentName: null }],
    [{ key: 'N', value: 'n', environmentName: 'ALL' }, { environmentName: null }],
    [{ key: 'N', value: 'n', environmentName: 'prod' }, { environmentName: 'prod' }],
    [
      { key: 'N', value: '', description: 'about n' },
      { value: '', description: 'about n' },
    ],
    [
      { key: 'A', value: 'a of prod', environmentName: 'prod' },
      { environmentName: 'prod', value: 'a of prod' },
    ],
    [{ key: 'mật 🔐', value: '-----BEGIN\nKEY-----\n' }, { value: '-----BEGIN\nKEY-----\n' }],
  ])('%j', async (input, expected) => {
    const { locker } = await start()
    const secret = await locker.create(input)
    expect(secret).toMatchObject({ key: input.key, value: input.value, ...expected })
    const environment = input.environmentName
    expect(await locker.get(input.key, environment)).toBe(input.value)
    expect(locker.getSync(input.key, environment)).toBe(input.value)
  })

  it('sends what the official client sends', async () => {
    const { server, locker } = await start()
    await locker.create({ key: 'N', value: 'n', description: '', environmentName: 'prod' })
    await expectSent(server, 'create a secret in production')
    await locker.create({ key: 'M', value: 'm', environmentName: 'prod' })
    await expectSent(server, 'create a secret in production', ['description'])
    await locker.create({ key: 'M', value: 'm' })
    await expectSent(server, 'create a secret in production', [
      'description',
      'environment_id',
      'environment_name',
    ])
  })

  it.each([
    [{ key: 'A', value: 'x' }, 'the secret "A" of ALL exists already'],
    [{ key: 'P', value: 'x', environmentName: 'prod' }, 'the secret "P" of "prod" exists already'],
  ])('refuses a duplicate: %j', async (input, message) => {
    const { server, locker } = await start()
    const error = await failureOf(locker.create(input))
    expect(error).toBeInstanceOf(sdk().sdk.AlreadyExistsError)
    expect(error).toMatchObject({ code: 'already_exists', statusCode: 409, message, userMessage: message })
    expect(error.httpBody).toContain('This secret hash already exists')
    expect(await writesOf(server)).toHaveLength(1)
  })

  it.each([
    ['key', { value: 'x' }, 'key must be a string'],
    ['key', { key: '', value: 'x' }, 'key must not be empty'],
    ['value', { key: 'N' }, 'value must be a string'],
    ['value', { key: 'N', value: 'half \ud83d' }, 'value must be valid Unicode'],
    ['description', { key: 'N', value: 'x', description: 1 }, 'description must be a string'],
    ['environmentName', { key: 'N', value: 'x', environmentName: 1 }, 'environmentName must be a string'],
    ['a field', { key: 'N', value: 'x', environment: 'prod' }, "the secret can't have environment"],
    ['everything', null, 'the secret must be an object'],
  ])('refuses a bad %s before anything is sent: %j', async (_, input, message) => {
    const { server, locker } = await start()
    const error = await failureOf(locker.create(input as never))
    expect(error).toMatchObject({ code: 'locker_error' })
    expect(error.message).toContain(message)
    expect(await server.requests()).toEqual([])
  })
})

type ModifyArgs = [string, string | null, Sdk.SecretChange]

describe('modify', () => {
  it.each<[string, ModifyArgs, object]>([
    [
      'a value of ALL',
      ['A', null, { value: 'a2' }],
      { value: 'a2', description: 'about a', environmentName: null },
    ],
    ['a description', ['A', '', { description: 'new' }], { value: 'a', description: 'new' }],
    ['a description away', ['A', 'ALL', { description: '' }], { value: 'a', description: '' }],
    [
      "an environment's value, which stays there when it is named",
      ['B', 'prod', { value: 'b2', environmentName: 'prod' }],
      { value: 'b2', description: 'about b', environmentName: 'prod' },
    ],
    [
      'the place, from ALL to an environment',
      ['A', null, { environmentName: 'prod' }],
      { environmentName: 'prod' },
    ],
    ['the place, from an environment to ALL', ['P', 'prod', {}], { value: 'p', environmentName: null }],
    [
      'the place, from one environment to another',
      ['P', 'prod', { environmentName: 'test' }],
      { environmentName: 'test' },
    ],
    [
      'value and place',
      ['P', 'prod', { value: 'p2', environmentName: '' }],
      { value: 'p2', environmentName: null },
    ],
  ])('changes %s', async (_, args, expected) => {
    const { locker } = await start()
    const before = await locker.retrieve(args[0], args[1])
    const changed = await locker.modify(...args)
    expect(changed).toMatchObject({ id: before.id, key: args[0], ...expected })
    const after = (await locker.list()).filter(({ id }) => id === before.id)
    expect(after).toMatchObject([expected])
    expect(locker.retrieveSync(args[0], changed.environmentName)).toMatchObject({
      id: before.id,
      ...expected,
    })
  })

  it('sends what the official client sends', async () => {
    const { server, locker } = await start()
    await locker.modify('B', 'prod', { value: 'b2', environmentName: 'prod' })
    await expectSent(server, 'change a value, environment untouched')
    await locker.modify('P', 'prod', {})
    await expectSent(server, 'move to ALL')
  })

  it.each<[string, ModifyArgs, string]>([
    ["ALL's when the environment has none", ['A', 'prod', { value: 'x' }], 'no secret "A" in "prod"'],
    ["an environment's when ALL has none", ['P', null, { value: 'x' }], 'no secret "P" in ALL'],
    ['one that is not there', ['Z', 'prod', { value: 'x' }], 'no secret "Z" in "prod"'],
    ['one of an environment that is not there', ['A', 'nope', { value: 'x' }], 'no environment "nope"'],
    [
      'anything into an environment that is not there',
      ['A', null, { environmentName: 'nope' }],
      'no environment "nope"',
    ],
  ])('never changes %s', async (_, args, message) => {
    const { server, locker } = await start()
    const error = await failureOf(locker.modify(...args))
    expect(error).toMatchObject({ name: 'ResourceNotFoundError', code: 'not_found', statusCode: 404 })
    expect(error.message).toContain(message)
    expect(await writesOf(server)).toEqual([])
  })

  it.each<[string, ModifyArgs, string]>([
    ['ALL', ['B', 'prod', { value: 'x' }], 'the secret "B" of ALL exists already'],
    ['the environment', ['B', null, { environmentName: 'prod' }], 'the secret "B" of "prod" exists already'],
  ])('throws when %s has the key already', async (_, args, message) => {
    const { locker } = await start()
    const error = await failureOf(locker.modify(...args))
    expect(error).toMatchObject({ name: 'AlreadyExistsError', statusCode: 409, message })
  })

  it("refuses to change a key, which can't change", async () => {
    const { locker } = await start()
    const error = await failureOf(locker.modify('A', null, { key: 'B' } as never))
    expect(error.message).toContain("the change can't have key")
  })
})

describe('environments', () => {
  it('creates one, once', async () => {
    const { server, locker } = await start()
    expect(await locker.listEnvironments()).toHaveLength(2)
    const created = await locker.createEnvironment({
      name: 'new',
      externalUrl: 'https://new.example',
      description: 'd',
    })
    expect(created).toMatchObject({ name: 'new', externalUrl: 'https://new.example', description: 'd' })
    await expectSent(server, 'create an environment')
    expect(await locker.listEnvironments()).toHaveLength(3)
    expect(locker.getEnvironmentSync('new')).toMatchObject({ externalUrl: 'https://new.example' })
    const error = await failureOf(
      locker.createEnvironment({ name: 'new', externalUrl: 'https://new.example' }),
    )
    expect(error).toMatchObject({
      name: 'AlreadyExistsError',
      message: 'the environment "new" exists already',
    })
  })

  it('is seen by an environment that was missing a moment ago', async () => {
    const { locker } = await start()
    await failureOf(locker.get('A', 'new'))
    await locker.createEnvironment({ name: 'new', externalUrl: 'https://new.example' })
    expect(await locker.get('A', 'new')).toBe('a')
    expect((await locker.create({ key: 'N', value: 'n', environmentName: 'new' })).environmentName).toBe(
      'new',
    )
  })

  it.each([
    [
      { externalUrl: 'https://changed.example' },
      { externalUrl: 'https://changed.example', description: 'the real one' },
    ],
    [{ description: 'changed' }, { externalUrl: 'https://prod.example', description: 'changed' }],
    [{}, { externalUrl: 'https://prod.example', description: 'the real one' }],
  ])('modifies one: %j', async (change, expected) => {
    const { server, locker } = await start()
    expect(await locker.modifyEnvironment('prod', change)).toMatchObject({ name: 'prod', ...expected })
    const body = JSON.parse((await writesOf(server))[0]?.body ?? '')
    expect(Object.keys(body)).toEqual(expect.arrayContaining(['name', 'hash']))
    expect(await locker.getEnvironment('prod')).toMatchObject(expected)
  })

  it.each([
    [() => ['createEnvironment', { name: 'new' }], 'externalUrl must be a string'],
    [() => ['createEnvironment', { name: 'new', externalUrl: '' }], 'externalUrl must not be empty'],
    [() => ['createEnvironment', { name: 'ALL', externalUrl: 'x' }], 'name must not be ALL'],
    [() => ['createEnvironment', { name: '', externalUrl: 'x' }], 'name must not be empty'],
    [() => ['modifyEnvironment', 'nope', {}], 'no environment "nope"'],
    [() => ['modifyEnvironment', 'prod', { name: 'live' }], "the change can't have name"],
  ])('refuses %#: %s', async (call, message) => {
    const { server, locker } = await start()
    const [method, ...args] = call() as ['createEnvironment', never]
    expect((await failureOf(locker[method](...args))).message).toContain(message)
    expect(await writesOf(server)).toEqual([])
  })
})

describe('any write', () => {
  it.each(['status=503', 'status=429,retry-after=0', 'status=502', 'reset', 'reset=headers'])(
    'is sent once when the answer is %s',
    async (fault) => {
      const { server, locker } = await start()
      await server.setFaults(`POST ${fault}`)
      await failureOf(locker.create({ key: 'N', value: 'n' }))
      expect(await writesOf(server)).toHaveLength(1)
    },
  )

  it('is seen even if its answer got lost', async () => {
    const { server, locker } = await start()
    expect(await locker.get('N')).toBeUndefined()
    await server.setFaults('POST reset=headers')
    await failureOf(locker.create({ key: 'N', value: 'n' }))
    expect(await locker.get('N')).toBe('n')
  })

  it('is refused to a key that may only read, which goes on reading', async () => {
    const { server } = await start()
    const credential = (await server.project('addAccessKey', { readOnly: true })) as ThreadServer
    const locker = openLocker(sdk(), { ...credential, apiBase: server.apiBase })
    expect(await locker.list()).toHaveLength(4)
    const error = await failureOf(locker.create({ key: 'N', value: 'n' }))
    expect(error).toMatchObject({ name: 'PermissionDeniedError', code: 'permission_denied', statusCode: 403 })
    expect(await locker.get('A')).toBe('a')
  })

  it('goes out on a connection that is still open, also when this thread was busy meanwhile', async () => {
    const { server } = await start()
    const port = await startImpatientProxy(server)
    const locker = openLocker(sdk(), { ...server, apiBase: `http://127.0.0.1:${port}` })
    await locker.get('A')
    // By then the connection is gone, and a thread that is busy has not heard of it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    expect((await locker.create({ key: 'N', value: 'n' })).value).toBe('n')
    expect(await writesOf(server)).toHaveLength(1)
  })
})

async function startImpatientProxy({ apiBase }: ThreadServer): Promise<number> {
  const script = fileURLToPath(new URL('../fixtures/sdk/impatient-proxy.cjs', import.meta.url))
  const proxy = new Worker(script, { workerData: { port: Number(new URL(apiBase).port) } })
  onTestFinished(async () => void (await proxy.terminate()))
  const [port] = await once(proxy, 'message')
  return port
}
