import { describe, expect, it } from 'vitest'
import { resolveProxies } from '../../src/config/proxies.ts'

describe('resolveProxies', () => {
  it.each([
    ['nothing', {}, {}],
    [
      'lower case',
      { http_proxy: 'a', https_proxy: 'b', no_proxy: 'c' },
      { httpProxy: 'a', httpsProxy: 'b', noProxy: 'c' },
    ],
    ['upper case', { HTTPS_PROXY: 'b', NO_PROXY: 'c' }, { httpsProxy: 'b', noProxy: 'c' }],
    ['both, lower case first', { https_proxy: 'a', HTTPS_PROXY: 'b' }, { httpsProxy: 'a' }],
    ['an empty lower case, which switches off', { https_proxy: '', HTTPS_PROXY: 'b' }, {}],
    ['ALL_PROXY, which is not read', { ALL_PROXY: 'a', all_proxy: 'b' }, {}],
    ['mixed case, which is not read', { Https_Proxy: 'a' }, {}],
  ])('reads %s', (_, env, proxies) => {
    expect(resolveProxies(env, 'linux')).toEqual(proxies)
  })

  it('reads any case on Windows', () => {
    expect(resolveProxies({ Https_Proxy: 'a' }, 'win32')).toEqual({ httpsProxy: 'a' })
  })
})
