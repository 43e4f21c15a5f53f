import { describe, expect, it } from 'vitest'
import { decodeHeaders, parseHeaders } from '../../src/config/headers.ts'
import { Problem } from '../../src/config/kind.ts'

describe('headers', () => {
  it('reads names and values, without the spaces around them', () => {
    const text = 'CF-Access-Client-Id: a.b , CF-Access-Client-Secret:c:d,'
    expect(parseHeaders(text)).toEqual({ 'CF-Access-Client-Id': 'a.b', 'CF-Access-Client-Secret': 'c:d' })
  })

  it('keeps a header that is called like a property of every object', () => {
    const headers = parseHeaders('__proto__: a, constructor: b') ?? {}
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  it.each([
    ...['Authorization', 'authorization', 'Host', 'Content-Length', 'Content-Type', 'Content-Encoding'],
    ...[
      'Accept-Encoding',
      'Connection',
      'Keep-Alive',
      'Proxy-Connection',
      'Transfer-Encoding',
      'TE',
      'Trailer',
    ],
    ...['Upgrade', 'Expect'],
  ])('refuses %s by name, and never shows its value', (name) => {
    const problem = parseHeaders(`X-Other: 1, ${name}: canary`)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).text).toContain(name.toLowerCase())
    expect((problem as Problem).text).not.toContain('canary')
  })

  it.each([
    ['a value with a line break', { 'X-A': 'canary\r\nHost: b' }],
    ['a value with a NUL', { 'X-A': 'canary\0' }],
    ['a value that is not Latin-1', { 'X-A': 'canary€' }],
    ['a header given twice', { 'X-A': 'canary', 'x-a': 'canary2' }],
  ])('names the header of %s', (_, record) => {
    const problem = decodeHeaders(record)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).text.toLowerCase()).toContain('x-a')
    expect((problem as Problem).text).not.toContain('canary')
  })

  it.each([undefined, null, true, 7, 'X-A: b', ['X-A: b'], { 'X-A': 7 }, { 'X-A': 'b', 'X-B': 7 }])(
    'are not what code gives as %j',
    (value) => {
      expect(decodeHeaders(value)).toBeUndefined()
    },
  )

  it('may have nothing between two commas', () => {
    expect(parseHeaders(' , A: b, ,')).toEqual({ A: 'b' })
    expect(parseHeaders('')).toEqual({})
  })

  it.each(['canary', ': canary', 'X A: canary', 'X-A: b, canary'])(
    'refuses %s without quoting it',
    (text) => {
      expect(parseHeaders(text)).toBeUndefined()
    },
  )
})
