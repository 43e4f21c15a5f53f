import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { LockerError } from '../../src/errors.ts'
import { entriesOf, identifier, mapOf, word } from './format-values.ts'

/** `docker run --env-file` by its documented rules: one line each, as it stands, comments and blanks left out. */
function readEnvFile(text: string): Record<string, string> {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  for (const line of lines) expect(Buffer.byteLength(`${line}\n`)).toBeLessThanOrEqual(64 * 1024)
  const entries = lines
    .map((line) => line.replace(/\r$/, '').replace(/^[\s\u0085]+/u, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, string] => {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/su.exec(line) ?? []
      if (name === '' || /[ \t]/.test(name)) throw new Error('no variable name')
      return [name, value]
    })
  return Object.fromEntries(entries)
}

describe('docker', () => {
  it('is read back by the rules of --env-file, or refused', () => {
    let [tried, taken] = [0, 0]
    fc.assert(
      fc.property(mapOf(fc.oneof(identifier, word)), (values) => {
        tried++
        let text: string
        try {
          text = formatEnvironment('docker', values)
        } catch (error) {
          expect(error).toBeInstanceOf(LockerError)
          const refused = [...values.values()].filter((value) => value.includes('\n') || value.endsWith('\r'))
          expect(refused).not.toHaveLength(0)
          return
        }
        taken++
        expect(readEnvFile(text)).toEqual(entriesOf(values))
      }),
    )
    expect(taken / tried).toBeGreaterThan(0.1)
  })

  it.each(['', '  both ends  ', '"quoted"', '#', 'a=b', '$HOME', 'a\rb', '\\n', '\u2028', '\t'])(
    'takes %j as it stands',
    (value) => {
      expect(formatEnvironment('docker', new Map([['A', value]]))).toBe(`A=${value}\n`)
    },
  )

  it.each([
    ['two lines', 'a\nb', 'its value holds a line break'],
    ['a line break', '\n', 'its value holds a line break'],
    ['a line break of Windows at its end', 'a\r\n', 'its value holds a line break'],
    ['a carriage return at its end', 'a\r', 'its value ends with a carriage return'],
    ['a carriage return', '\r', 'its value ends with a carriage return'],
    ['too many characters', 'x'.repeat(65_534), 'its line would be longer than 65535 bytes'],
    ['too many bytes', 'é'.repeat(32_767), 'its line would be longer than 65535 bytes'],
  ])('refuses a value of %s', (_, value, reason) => {
    expect(() => formatEnvironment('docker', new Map([['A', value]]))).toThrow(
      `"A" can't be written as docker: ${reason}. Choose another format`,
    )
  })

  it('takes the longest line that Docker reads', () => {
    expect(formatEnvironment('docker', new Map([['A', 'x'.repeat(65_533)]]))).toHaveLength(65_536)
  })

  it('is empty for no variables', () => {
    expect(formatEnvironment('docker', new Map())).toBe('')
  })
})
