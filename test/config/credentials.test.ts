import { randomBytes, randomUUID } from 'node:crypto'
import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessKey, isAccessKeyId, parseSecretAccessKey } from '../../src/config/credentials.ts'

describe('AccessKey', () => {
  const id = randomUUID()
  const secretBytes = randomBytes(32)
  const accessKey = new AccessKey(id, secretBytes)

  it('hands out its two halves to those who ask for them', () => {
    expect(accessKey.id).toBe(id)
    expect(accessKey.secretBytes).toBe(secretBytes)
  })

  it.each([
    ['a template', () => `${accessKey}`],
    ['String', () => String(accessKey)],
    ['JSON', () => JSON.parse(JSON.stringify(accessKey))],
    ['inspect', () => inspect(accessKey)],
    ['inspect of everything', () => inspect(accessKey, { showHidden: true, getters: true, depth: null })],
    ['format as text', () => format('%s', accessKey)],
    ['format as an object', () => format('%o', accessKey)],
  ])('shows neither half to %s', (_, show) => {
    expect(show()).toBe('AccessKey(hidden)')
  })

  it.each([
    ['an object around it', () => inspect({ accessKey }, { depth: null })],
    ['JSON of an object around it', () => JSON.stringify({ accessKey })],
    ['inspect without its own form', () => inspect(accessKey, { customInspect: false, showHidden: true })],
    ['its properties', () => JSON.stringify(Object.getOwnPropertyDescriptors(accessKey))],
    ['a copy', () => JSON.stringify({ ...accessKey })],
    ['a clone', () => inspect(structuredClone(accessKey), { showHidden: true })],
  ])('shows neither half to %s', (_, show) => {
    const shown = show()
    const halves = [id, secretBytes.toString('base64'), secretBytes.toString('hex'), inspect(secretBytes)]
    for (const half of halves) expect(shown).not.toContain(half)
  })
})

describe('isAccessKeyId', () => {
  it.each(['151b2167-76be-479f-8012-568f52bbe2f0', '151B2167-76BE-479F-8012-568F52BBE2F0', randomUUID()])(
    'takes %s',
    (text) => {
      expect(isAccessKeyId(text)).toBe(true)
    },
  )

  const id = '151b2167-76be-479f-8012-568f52bbe2f0'
  it.each([
    ['nothing', ''],
    ['something before it', ` ${id}`],
    ['a newline behind it', `${id}\n`],
    ['one digit more', `${id}0`],
    ['one digit less', id.slice(1)],
    ['no dashes', id.replaceAll('-', '')],
    ['a letter that is no digit', id.replace('1', 'g')],
    ['dashes elsewhere', '151b216-776be-479f-8012-568f52bbe2f0'],
    ['another word', 'not-an-access-key-id'],
    ['braces', `{${id}}`],
    ['a second one in another line', `${id}\n${id}`],
  ])('refuses %s', (_, text) => {
    expect(isAccessKeyId(text)).toBe(false)
  })

  it('refuses a character left out or replaced anywhere', () => {
    fc.assert(
      fc.property(fc.nat(id.length - 1), fc.constantFrom('', '_', 'z', '--'), (at, other) => {
        expect(isAccessKeyId(id.slice(0, at) + other + id.slice(at + 1))).toBe(false)
      }),
    )
  })
})

describe('parseSecretAccessKey', () => {
  it('gives back the bytes of canonical base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const original = Buffer.from(bytes)
        expect(parseSecretAccessKey(original.toString('base64'))).toEqual(original)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['the URL alphabet', 'AF5UKtHMPa0aSlt0SnCPWzFIsdKcZRFlmQ5TdjtaBq-_'],
    ['missing padding', 'AF5UKtHMPa0aSlt0SnCPWzFIsdKcZRFlmQ5TdjtaBqc'],
    ['a newline at the end', 'AF5UKtHMPa0aSlt0SnCPWzFIsdKcZRFlmQ5TdjtaBqc=\n'],
    ['stray bits', 'AF5UKtHMPa0aSlt0SnCPWzFIsdKcZRFlmQ5TdjtaBqd='],
    ['quotes around it', '"AF5UKtHMPa0aSlt0SnCPWzFIsdKcZRFlmQ5TdjtaBqc="'],
    ['hexadecimal with a colon', '00:5e'],
  ])('refuses %s', (_, text) => {
    expect(parseSecretAccessKey(text)).toBeUndefined()
  })
})
