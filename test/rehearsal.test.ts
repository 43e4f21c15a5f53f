import { expect, it } from 'vitest'
import { ANSWER, rehearse } from '../src/rehearsal.ts'
import { openSecrets } from '../src/vault/open.ts'
import { configFor } from './vault/drive.ts'

const server = {
  apiBase: 'http://127.0.0.1:1',
  accessKeyId: 'id',
  secretAccessKey: Buffer.alloc(32, 1).toString('base64'),
}

it("a rehearsal's answer opens as a service's would", () => {
  const { all, environment, warnings } = openSecrets(ANSWER, Buffer.alloc(32), 'rehearsal')
  expect([...all, ...environment, ...warnings]).toEqual([
    ['ALL_NAME', 'value'],
    ['NAME', 'value'],
  ])
})

it('a rehearsal touches nothing and never fails, whatever the start is like', () => {
  const env = Object.freeze({ NAME: 'mine' })
  const policy = { ...configFor(server).policy, required: ['MISSING'] }
  expect(() => rehearse(configFor(server, { policy }), env)).not.toThrow()
  expect(() => rehearse(configFor(server, { accessKey: undefined }), env)).not.toThrow()
  expect(env).toEqual({ NAME: 'mine' })
})

it('a rehearsal goes as far as the merge, which looks for the marker of a process above', () => {
  const asked: PropertyKey[] = []
  const env = new Proxy<Record<string, string>>({}, { get: (_, name) => void asked.push(name) })
  rehearse(configFor(server), env)
  expect(asked).toEqual(['LOCKERPM_LOADED'])
})
