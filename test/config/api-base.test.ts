import { describe, expect, it } from 'vitest'
import { parseApiBase } from '../../src/config/api-base.ts'
import { Problem } from '../../src/config/kind.ts'

describe('parseApiBase', () => {
  it.each([
    ['https://api.locker.io/locker_secrets', 'https://api.locker.io/locker_secrets'],
    ['https://secrets-core.locker.io/', 'https://secrets-core.locker.io'],
    ['https://host:8443/a//', 'https://host:8443/a'],
    ['HTTPS://Host/A', 'https://host/A'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:1/x', 'http://127.0.0.1:1/x'],
    ['http://127.255.0.9', 'http://127.255.0.9'],
    ['http://127.100.200.255', 'http://127.100.200.255'],
    ['https://host/v1beta', 'https://host/v1beta'],
    ['https://host/v1/behind', 'https://host/v1/behind'],
    ['http://[::1]:80/', 'http://[::1]'],
  ])('takes %s', (text, base) => {
    expect(parseApiBase(text)).toBe(base)
  })

  it.each([
    'http://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://128.0.0.1',
    'http://[::ffff:7f00:1]',
    'http://not-localhost',
    'http://1.127.0.0.1.example',
    'ftp://localhost',
    'file:///etc/passwd',
    '//host/path',
    'host',
    '',
  ])('refuses %s', (text) => {
    expect(parseApiBase(text)).toBeUndefined()
  })

  it.each([
    ['https://canary:canary@host', 'user name'],
    ['https://canary@host', 'user name'],
    ['https://:canary@host', 'password'],
    ['https://host/?canary=1', 'query'],
    ['https://host/?', 'query'],
    ['https://host/#canary', 'fragment'],
    ['https://host/v1', '/v1'],
    ['https://host/locker_secrets/v1/', '/v1'],
  ])('says what is wrong with %s', (text, reason) => {
    const problem = parseApiBase(text)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).text).toContain(reason)
    expect((problem as Problem).text).not.toContain('canary')
  })
})
