import { describe, expect, it } from 'vitest'
import { encrypt, openProjectKeys } from '../../src/crypto/cipher.ts'
import { type KeyPair, stretchAccessKey } from '../../src/crypto/keys.ts'
import type { WireSecret } from '../../src/wire/types.ts'
import {
  buildSdk,
  callReader,
  failureOf,
  type Mode,
  openLocker,
  startThreadServer,
  type ThreadServer,
} from './sdk.ts'

const sdk = buildSdk()

const seed = {
  environments: [{ name: 'prod', externalUrl: 'https://prod.example' }],
  secrets: [
    { key: 'A', value: 'a', description: 'about a' },
    { key: 'B', value: 'b', environment: 'prod' },
  ],
}

async function projectKeys({ apiBase, accessKeyId, secretAccessKey }: ThreadServer): Promise<KeyPair> {
  const headers = { authorization: `Bearer ${accessKeyId}` }
  const { profile } = (await (await fetch(`${apiBase}/v1/profile`, { headers })).json()) as {
    profile: { key: string }
  }
  return openProjectKeys(stretchAccessKey(Buffer.from(secretAccessKey, 'base64')), profile.key)
}

/** A server on which one record is not as a client of ours would have written it. */
async function startWith(key: string, change: (record: WireSecret, keys: KeyPair) => Partial<WireSecret>) {
  const server = await startThreadServer(sdk(), { seeds: [seed] })
  const record = (await server.project('findSecret', key, key === 'B' ? 'prod' : null)) as WireSecret
  await server.project('replaceSecret', { ...record, ...change(record, await projectKeys(server)) })
  return { server, locker: openLocker(sdk(), server, { logLevel: 0 }), id: record.id }
}

describe.each<Mode>(['awaiting', 'blocking'])('a record, %s', (mode) => {
  it('whose value is authentic but no UTF-8 text throws when it is read, and is left out of environment', async () => {
    const { locker, id } = await startWith('A', (_, keys) => ({
      value: encrypt(keys, Buffer.from([0xff, 0xfe])),
    }))
    for (const method of ['get', 'list'] as const) {
      const error = await failureOf(callReader(mode, locker, method, ...(method === 'get' ? ['A'] : [])))
      expect(error).toMatchObject({ name: 'CliRunError', code: 'cli_error' })
      expect(error.message).toContain(`the value of secret ${id} is not UTF-8 text`)
    }
    expect(await callReader(mode, locker, 'get', 'B', 'prod')).toBe('b')
    expect(await callReader(mode, locker, 'environment', 'prod')).toEqual({ B: 'b' })
  })

  it.each(['key', 'value'] as const)('whose %s is plaintext is refused', async (field) => {
    const { locker } = await startWith('A', () => ({ [field]: 'injected' }))
    const error = await failureOf(callReader(mode, locker, 'get', 'A', null, 'default'))
    expect(error).toMatchObject({ code: 'cli_error' })
    expect(error.message).toContain(`integrity check failed for the ${field} of secret`)
    expect(error.message).not.toContain('injected')
  })

  it('whose description and environment_name are plaintext is taken as it is', async () => {
    const { locker } = await startWith('B', () => ({ description: 'plain', environment_name: 'also plain' }))
    const secret = await callReader(mode, locker, 'retrieve', 'B', 'prod')
    expect(secret).toMatchObject({ description: 'plain', environmentName: 'also plain' })
  })

  it('that has empty and null fields has empty ones', async () => {
    const { locker } = await startWith('A', () => ({
      value: null,
      description: '',
      environment_id: '',
      environment_hash: '',
    }))
    const secret = await callReader(mode, locker, 'retrieve', 'A')
    expect(secret).toMatchObject({ value: '', description: '', environmentName: null, environmentId: null })
  })

  it('whose hash is that of another key is not taken for it', async () => {
    const { locker } = await startWith('A', (_, keys) => ({ key: encrypt(keys, 'OTHER') }))
    expect(await callReader(mode, locker, 'get', 'A', null, 'default')).toBe('default')
  })
})
