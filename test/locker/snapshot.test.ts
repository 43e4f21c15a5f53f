import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AccessKey } from '../../src/config/credentials.ts'
import { startDevServer } from '../../src/dev-server/index.ts'
import { createLogger } from '../../src/logger.ts'
import { fetchProject } from '../../src/vault/fetch-pooled.ts'
import { writeSealedSnapshot } from '../../src/vault/sealed-snapshot.ts'
import { connectionTo, SETTINGS } from '../http/client.ts'
import { makeFolder } from '../sync/bundles.ts'
import { buildSdk, callReader, failureOf, type Mode, openLocker } from './sdk.ts'

const sdk = buildSdk()

const seed = {
  environments: [{ name: 'empty', externalUrl: 'https://empty.example' }],
  secrets: [
    { key: 'A', value: 'of all' },
    { key: 'A', value: 'of prod', environment: 'prod' },
  ],
}

/** Seals a project whose server is then gone. */
async function seal() {
  const server = await startDevServer({ seeds: [seed] })
  const { apiBase, accessKeyId, secretAccessKey } = server
  const request = {
    accessKeyId,
    connection: connectionTo(apiBase),
    environment: undefined,
    settings: SETTINGS,
    allEnvironments: true,
  }
  const fetched = await fetchProject(
    request,
    createLogger(0, () => {}),
  )
  if (fetched.kind !== 'snapshot') throw new Error('a fetch of everything gave less')
  await server.close()
  const file = join(makeFolder(), 'sealed')
  const accessKey = new AccessKey(accessKeyId, Buffer.from(secretAccessKey, 'base64'))
  writeSealedSnapshot({ file, apiBase, accessKey }, fetched.snapshot)
  return openLocker(sdk(), server, { snapshot: file })
}

describe.each<Mode>(['awaiting', 'blocking'])('a sealed snapshot, %s', (mode) => {
  it('is read instead of the service', async () => {
    const locker = await seal()
    expect(await callReader(mode, locker, 'get', 'A', 'prod')).toBe('of prod')
    expect(await callReader(mode, locker, 'get', 'A', 'empty', '', { fetch: true })).toBe('of all')
    expect(await callReader(mode, locker, 'list')).toHaveLength(2)
    expect(await callReader(mode, locker, 'list', 'empty')).toEqual([])
    expect(await callReader(mode, locker, 'environment', 'prod')).toEqual({ A: 'of prod' })
  })

  it.each(['get', 'list', 'environment'] as const)(
    'knows which environments there are: %s',
    async (method) => {
      const args = method === 'get' ? ['A', 'nope'] : ['nope']
      const error = await failureOf(callReader(mode, await seal(), method, ...args))
      expect(error).toMatchObject({ name: 'ResourceNotFoundError' })
    },
  )

  it.each(['listEnvironments', 'getEnvironment'] as const)(
    'does not know what only the service does: %s',
    async (method) => {
      const error = await failureOf(
        callReader(mode, await seal(), method, ...(method === 'getEnvironment' ? ['prod'] : [])),
      )
      expect(error.message).toContain('unset LOCKER_SNAPSHOT for this')
    },
  )
})

it('a sealed snapshot takes no writes', async () => {
  const locker = await seal()
  const error = await failureOf(locker.create({ key: 'B', value: 'b' }))
  expect(error).toMatchObject({ code: 'locker_error' })
  expect(error.message).toContain('a sealed snapshot is used instead of the service')
})
