import { describe, expect, it } from 'vitest'
import { endpoints, followNext } from '../../src/http/endpoints.ts'
import wire from '../vectors/wire.json'

describe('endpoints', () => {
  it.each([
    ['profile', endpoints.profile],
    ['secrets', endpoints.secrets()],
    ['environments', endpoints.environments()],
    ['revision date', endpoints.revisionDate],
    ['deleted item date', endpoints.deletedItemDate],
    ['count of secrets', endpoints.secretsCount],
    ['count of environments', endpoints.environmentsCount],
  ])('asks for the %s as the official client does', (_, { method, path }) => {
    expect(Object.keys(wire.answers)).toContain(`${method} ${path}`)
  })

  it.each([
    [endpoints.secret('a-1'), 'GET', '/v1/secrets/a-1'],
    [endpoints.environment('a-1'), 'GET', '/v1/environments/a-1'],
    [endpoints.createSecret, 'POST', '/v1/secrets'],
    [endpoints.createEnvironment, 'POST', '/v1/environments'],
    [endpoints.updateSecret('a-1'), 'PUT', '/v1/secrets/a-1'],
    [endpoints.updateEnvironment('a-1'), 'PUT', '/v1/environments/a-1'],
    [
      endpoints.secrets({ hash: 'a_b-C', page: 3, revisionDate: 1700000200.75 }),
      'GET',
      '/v1/secrets?count_secrets=1&paging=1&page=3&size=2000&revision_date=1700000200.75&hash=a_b-C',
    ],
    [
      endpoints.environments({ hash: 'a&b' }),
      'GET',
      '/v1/environments?count_environment=1&paging=1&page=1&size=2000&revision_date=0&hash=a%26b',
    ],
  ])('%j is %s %s', (endpoint, method, path) => {
    expect(endpoint).toEqual({ method, path })
  })
})

describe('followNext', () => {
  const base = 'https://api.example/locker'

  it.each([
    ['a path', '/v1/secrets?page=2', '/v1/secrets?page=2'],
    ['an absolute URL below the base', `${base}/v1/secrets?page=2`, '/v1/secrets?page=2'],
    ['the default port spelt out', 'https://api.example:443/locker/v1/secrets?page=2', '/v1/secrets?page=2'],
    ['user info, which it drops', 'https://a:b@api.example/locker/v1/secrets', '/v1/secrets'],
    ['a fragment, which it drops', '/v1/secrets?page=2#/v2', '/v1/secrets?page=2'],
    ['dots that stay inside', '/v1/x/../secrets', '/v1/secrets'],
  ])('follows %s', (_, next, path) => {
    expect(followNext(next, base)).toEqual({ method: 'GET', path })
  })

  it.each([
    ['another host', 'https://evil.example/locker/v1/secrets'],
    ['another port', 'https://api.example:444/locker/v1/secrets'],
    ['another scheme', 'http://api.example/locker/v1/secrets'],
    ['a host that begins alike', 'https://api.example.evil/locker/v1/secrets'],
    ['the base as user info', 'https://api.example@evil.example/locker/v1/secrets'],
    ['an absolute URL beside the base', 'https://api.example/v1/secrets'],
    ['a base that begins alike', 'https://api.example/locker2/v1/secrets'],
    ['two slashes', '//evil.example/v1/secrets'],
    ['a slash and a backslash', '/\\evil.example/v1/secrets'],
    ['another version', '/v2/secrets'],
    ['a version that begins alike', '/v10/secrets'],
    ['dots that lead out', '/v1/../v2/secrets'],
    ['escaped dots that lead out', '/v1/%2e%2e/v2/secrets'],
    ['a relative path', 'v1/secrets?page=2'],
    ['a bare query', '?page=2'],
    ['no URL at all', 'https://'],
    ['another protocol', 'javascript:alert(1)'],
  ])('does not follow %s', (_, next) => {
    expect(followNext(next, base)).toBeUndefined()
  })

  it.each(['https://api.example', 'https://api.example/', 'https://api.example/a', 'https://api.example/a/'])(
    'appends a path to the base %s',
    (apiBase) => {
      expect(followNext('/v1/secrets?page=2', apiBase)).toEqual({ method: 'GET', path: '/v1/secrets?page=2' })
    },
  )
})
