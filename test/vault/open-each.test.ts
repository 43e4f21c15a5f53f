import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encrypt } from '../../src/crypto/cipher.ts'
import { openSecrets } from '../../src/vault/open.ts'
import { BATCH_CHARACTERS, LEAST_RECORDS, openEach } from '../../src/vault/open-each.ts'
import { openSecretRecords } from '../../src/vault/open-records.ts'
import { createProject } from './test-project.ts'

const project = createProject()
const { keys, projectId, profileKey, secretBytes, secret } = project
const opener = { projectId, profileKey, keys }
const FIELDS = ['key', 'value'] as const
const NOT_UTF8 = Buffer.from([0x61, 0xff])

/** Many that are good. */
const many = Array.from({ length: LEAST_RECORDS }, (_, index) =>
  secret(`KEY_${index}`, index % 3 === 0 ? '' : 'é👋'.repeat(index % 7)),
)

/** What comes of a record: its fields, or the error's words. */
function outcome(work: () => unknown): unknown {
  try {
    return JSON.stringify(work())
  } catch (error) {
    return String(error)
  }
}

describe('openEach', () => {
  it('leaves to openText what holds the character that stands for what is no text', () => {
    const odd = secret('ODD', 'a\ufffdb')
    const [opened] = openSecretRecords(opener, [odd, ...many])
    expect(opened?.value).toBe('a\ufffdb')
  })

  it('decrypts nothing ahead of few records', () => {
    const seen: unknown[] = []
    openEach(keys, many.slice(1), FIELDS, (_, ahead) => seen.push(ahead.length))
    expect(new Set(seen)).toEqual(new Set([0]))
  })

  it('hands every record its own fields, in order, also where batches meet', () => {
    const lengths = fc.array(fc.nat(BATCH_CHARACTERS / 4), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lengths, (extra) => {
        const records = [
          ...many.slice(0, 50),
          ...extra.map((length, index) => secret(`LONG_${index}`, `${index}`.repeat(length))),
          ...many.slice(50),
        ]
        const seen: string[] = []
        openEach(keys, records, FIELDS, (record, ahead, at) => {
          expect(record).toBe(records[seen.length])
          seen.push(ahead.slice(at, at + FIELDS.length).join('='))
        })
        const opened = openSecretRecords(opener, records.slice(0, 60)).map(
          ({ key, value }) => `${key}=${value}`,
        )
        expect(seen.slice(0, 60)).toEqual(opened.slice(0, records.length))
        expect(seen).toHaveLength(records.length)
      }),
      { numRuns: 20 },
    )
  })
})

describe('many records', () => {
  it('are what each of them is by itself', () => {
    const one = many.flatMap((record) => openSecretRecords(opener, [record]))
    expect(openSecretRecords(opener, many).map((each) => each.toJSON())).toEqual(
      one.map((each) => each.toJSON()),
    )
  })

  it.each([
    ['a plaintext key', { key: 'canary' }],
    ['a plaintext value', { value: 'canary' }],
    ['a value that is no UTF-8', { value: encrypt(keys, NOT_UTF8) }],
    ['a key that is no UTF-8', { key: encrypt(keys, NOT_UTF8) }],
    ['a value of another project', { value: encrypt(createProject().keys, 'canary') }],
    ['a null value', { value: null }],
    ['an empty value', { value: '' }],
    ['a plaintext description', { description: 'plain' }],
    ['an encrypted description', { description: encrypt(keys, 'shown') }],
    ['a description of another project', { description: encrypt(createProject().keys, 'canary') }],
    ['a plaintext environment name', { environment_hash: 'x', environment_name: 'plain' }],
    ['an encrypted environment name', { environment_hash: 'x', environment_name: encrypt(keys, 'prod') }],
  ])('with %s among them come to what they come to one by one', (_, change) => {
    const odd = secret('ODD', 'x', undefined, { id: 'record-1', ...change })
    const among = [...many, odd]
    const opened = outcome(() => openSecretRecords(opener, among).at(-1))
    expect(opened).toBe(outcome(() => openSecretRecords(opener, [odd]).at(-1)))
    const layers = (secrets: typeof among) =>
      outcome(() => {
        const { all, warnings } = openSecrets({ projectId, profileKey, secrets }, secretBytes, undefined)
        return [all.get('ODD') ?? null, warnings]
      })
    expect(layers(among)).toBe(layers([odd]))
  })

  it('that were opened before are given out again', () => {
    const remembering = { ...opener, opened: new WeakMap() }
    const first = openSecretRecords(remembering, many.slice(0, 3))
    expect(openSecretRecords(remembering, many).slice(0, 3)).toEqual(first)
    expect(openSecretRecords(remembering, many)[1]).toBe(first[1])
  })
})
