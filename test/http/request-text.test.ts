import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outgoing } from '../../src/http/connections.ts'
import { writeRequest } from '../../src/http/request-text.ts'

const outgoing = (other: Partial<Outgoing> = {}): Outgoing => ({
  method: 'GET',
  path: '/v1/profile',
  headers: { accept: 'application/json', 'x-latin': '\xe4\t~' },
  ...other,
})

const text = (request: Outgoing) => writeRequest(request, 'locker.test:8080').toString('latin1')

describe('a request', () => {
  it('without a body is its head', () => {
    expect(text(outgoing())).toBe(
      'GET /v1/profile HTTP/1.1\r\nhost: locker.test:8080\r\nconnection: keep-alive\r\n' +
        'accept: application/json\r\nx-latin: \xe4\t~\r\n\r\n',
    )
  })

  it('with a body says its length in bytes of UTF-8', () => {
    const sent = writeRequest(outgoing({ method: 'POST', headers: {}, body: '{"key":"ü"}' }), 'locker.test')
    expect(sent.toString('utf8')).toBe(
      'POST /v1/profile HTTP/1.1\r\nhost: locker.test\r\nconnection: keep-alive\r\ncontent-length: 12\r\n\r\n{"key":"ü"}',
    )
  })

  it('with an empty body says that too', () => {
    expect(text(outgoing({ method: 'PUT', headers: {}, body: '' }))).toContain(
      '\r\ncontent-length: 0\r\n\r\n',
    )
  })

  it.each(['\r', '\n', '\r\nx: y', '\0', '\x7f', '\u0100', '😀'])(
    'is not made of %j, wherever that would be, and says nothing of it',
    (bad) => {
      const wrong = [
        { path: `/a${bad}` },
        { headers: { 'x-a': `canary${bad}` } },
        { headers: { [`x${bad}`]: 'canary' } },
      ]
      for (const other of wrong) {
        expect(() => text(outgoing(other))).toThrow(
          expect.objectContaining({
            code: 'ERR_INVALID_CHAR',
            message: expect.not.stringContaining('canary'),
          }),
        )
      }
    },
  )

  it('has as many lines as were asked for, whatever they say', () => {
    const anyText = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(anyText, fc.dictionary(anyText, anyText, { maxKeys: 5 }), (path, headers) => {
        let sent: string
        try {
          sent = text(outgoing({ path: `/${path}`, headers }))
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_INVALID_CHAR' })
          return
        }
        const own = ['host', 'connection'].filter((name) => !Object.hasOwn(headers, name)).length
        expect(sent.split(/[\r\n]+/)).toHaveLength(1 + own + Object.keys(headers).length + 1)
      }),
    )
  })
})
