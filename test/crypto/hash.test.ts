import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashText } from '../../src/crypto/hash.ts'
import { official } from './vectors.ts'

describe('hashText', () => {
  it.each(official.hashes)('matches the official client for $plaintext in project $project_id', (vector) => {
    expect(hashText(vector.project_id, vector.plaintext)).toBe(vector.hash)
  })

  it('is SHA-256 over the decimal project number and the UTF-8 text, base64url without padding', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string({ unit: 'binary' }), (projectId, text) => {
        const salted = Buffer.from(`${projectId}${text}`, 'utf8')
        const expected = createHash('sha256').update(salted).digest('base64')
        const hash = hashText(projectId, text)
        expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/)
        expect(Buffer.from(hash, 'base64url').toString('base64')).toBe(expected)
      }),
    )
  })

  it('keeps apart the same text of two projects', () => {
    expect(hashText(1, 'DATABASE_URL')).not.toBe(hashText(2, 'DATABASE_URL'))
  })

  it('writes the largest project number without an exponent', () => {
    const expected = createHash('sha256').update('9007199254740991x').digest('base64url')
    expect(hashText(Number.MAX_SAFE_INTEGER, 'x')).toBe(expected)
  })
})
