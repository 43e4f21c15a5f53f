import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessKey } from '../../src/config/credentials.ts'
import { scopeHash, sealContent, unsealContent } from '../../src/vault/sealed-file.ts'

const key = new AccessKey('151b2167-76be-479f-8012-568f52bbe2f0', Buffer.alloc(32, 7))
const API = 'https://api.example/locker'
const scope = scopeHash(API, key.id)

it('gives back what was sealed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (content) => {
      const bytes = sealContent('view', scope, content, key)
      expect(unsealContent(bytes, 'view', scope, key)).toEqual({
        content: JSON.parse(JSON.stringify(content)),
      })
    }),
  )
})

it('opens nothing once a single bit has changed, wherever it is', () => {
  const bytes = sealContent('view', scope, { a: 'some content' }, key)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(unsealContent(changed, 'view', scope, key)).toHaveProperty('reason')
  }
})

it('opens nothing that was cut short', () => {
  const bytes = sealContent('view', scope, { a: 'some content' }, key)
  for (let length = 0; length < bytes.length; length++) {
    expect(unsealContent(bytes.subarray(0, length), 'view', scope, key)).toHaveProperty('reason')
  }
})

describe('says why', () => {
  const bytes = sealContent('snapshot', scope, {}, key)
  const other = new AccessKey(key.id, Buffer.alloc(32, 8))
  it.each([
    [
      'another secret half',
      bytes,
      'snapshot',
      scope,
      other,
      'it was changed, or sealed with another secret access key',
    ],
    [
      'another scope',
      bytes,
      'snapshot',
      scopeHash(API, '4f152ab0-d069-4d8b-b19a-408da9ae766a'),
      key,
      'it belongs to another access key id or another api base',
    ],
    ['another kind', bytes, 'view', scope, key, 'it is not a lockerpm view'],
    [
      'a newer format',
      Buffer.from(bytes.toString('latin1').replace(' 1 ', ' 2 '), 'latin1'),
      'snapshot',
      scope,
      key,
      'its format version is 2; this lockerpm reads 1',
    ],
    ['anything else', Buffer.from('hello\nworld'), 'snapshot', scope, key, 'it is not a lockerpm snapshot'],
    ['nothing at all', Buffer.alloc(0), 'snapshot', scope, key, 'it is not a lockerpm snapshot'],
  ] as const)('%s', (_, file, kind, fileScope, accessKey, reason) => {
    expect(unsealContent(file, kind, fileScope, accessKey)).toEqual({ reason })
  })
})

it('a file of one kind does not pass for the other, even with its header changed', () => {
  const bytes = sealContent('snapshot', scope, {}, key)
  const renamed = Buffer.from(bytes.toString('latin1').replace('snapshot', 'view'), 'latin1')
  expect(unsealContent(renamed, 'view', scope, key)).toHaveProperty('reason')
})

it('shows nothing of its content', () => {
  const bytes = sealContent('view', scope, { password: 'canary-value' }, key)
  expect(bytes.toString('latin1')).not.toMatch(/canary|password|api\.example|151b2167/)
})

describe('scopeHash', () => {
  it('tells api bases, key ids and environments apart', () => {
    const hashes = [
      scopeHash(API, key.id),
      scopeHash(`${API}2`, key.id),
      scopeHash(API, '4f152ab0-d069-4d8b-b19a-408da9ae766a'),
      scopeHash(API, key.id, ''),
      scopeHash(API, key.id, 'production'),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  it('does not mind how a key id is written', () => {
    expect(scopeHash(API, key.id.toUpperCase())).toBe(scope)
  })

  it('is fit for a file name', () => {
    expect(scope).toMatch(/^[\w-]{43}$/)
  })
})
