import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { formatEnvironment } from '../../src/environment/format.ts'
import { entriesOf, mapOf, NASTY_VALUES, nastyValue } from './format-values.ts'

const anyValue = fc.oneof(nastyValue, fc.string({ unit: 'binary' }))
const anyName = fc.oneof(
  fc.constantFrom('', '__proto__', 'a b', 'NO', 'null', '1', '<<', ...NASTY_VALUES),
  anyValue,
)

const YAML_READERS = [
  ['YAML 1.2', (text: string) => parseYaml(text)],
  ['YAML 1.1', (text: string) => parseYaml(text, { version: '1.1' })],
] as const

/** No character that a YAML reader, a terminal or a JavaScript parser stumbles over. */
const PRINTABLE = /^[\n\u0020-\u007e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u

describe('json', () => {
  it('is read back by JSON.parse, whatever the names and values', () => {
    fc.assert(
      fc.property(mapOf(anyName, anyValue), (values) => {
        const text = formatEnvironment('json', values)
        expect(new Map(Object.entries(JSON.parse(text)))).toEqual(new Map(Object.entries(entriesOf(values))))
        expect(text).toMatch(PRINTABLE)
      }),
    )
  })

  it('keeps the order it is given', () => {
    const text = formatEnvironment(
      'json',
      new Map([
        ['B', 'x'],
        ['A', 'y'],
      ]),
    )
    expect(text).toBe('{\n  "B": "x",\n  "A": "y"\n}\n')
  })

  it('is an empty object for no variables', () => {
    expect(formatEnvironment('json', new Map())).toBe('{}\n')
  })

  it.each([
    ['\u007f', '\\u007f'],
    ['\u0085', '\\u0085'],
    ['\u009f', '\\u009f'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\ufeff\ufffe\uffff', '\\ufeff\\ufffe\\uffff'],
    ['\0\u001f', '\\u0000\\u001f'],
    ['\u00a0é🔐', '\u00a0é🔐'],
  ])('escapes what some readers take for no text: %j', (value, expected) => {
    expect(formatEnvironment('json', new Map([['A', value]]))).toBe(`{\n  "A": "${expected}"\n}\n`)
    expect(formatEnvironment('yaml', new Map([['A', value]]))).toBe(`"A": "${expected}"\n`)
  })
})

describe.each(YAML_READERS)('yaml, read as %s,', (_, parse) => {
  it('is read back, whatever the names and values', () => {
    fc.assert(
      fc.property(mapOf(anyName, anyValue), (values) => {
        const text = formatEnvironment('yaml', values)
        expect(new Map(Object.entries(parse(text)))).toEqual(new Map(Object.entries(entriesOf(values))))
        expect(text).toMatch(PRINTABLE)
      }),
    )
  })

  it('is read back with each kind of trouble as a name and as a value', () => {
    const values = new Map(NASTY_VALUES.map((text) => [text, text]))
    expect(parse(formatEnvironment('yaml', values))).toEqual(entriesOf(values))
  })

  it('is an empty mapping for no variables', () => {
    expect(parse(formatEnvironment('yaml', new Map()))).toEqual({})
  })

  it('takes a name as long as a key may be', () => {
    const values = new Map([['x'.repeat(1022), 'y']])
    expect(parse(formatEnvironment('yaml', values))).toEqual(entriesOf(values))
  })
})

describe('yaml', () => {
  it('refuses a longer name', () => {
    expect(() => formatEnvironment('yaml', new Map([['x'.repeat(1023), 'y']]))).toThrow(
      /^"x+" can't be written as yaml: its name is too long for a key. /,
    )
  })

  it('writes an empty mapping as such', () => {
    expect(formatEnvironment('yaml', new Map())).toBe('{}\n')
  })
})

describe('k8s', () => {
  const key = fc.stringMatching(/^[A-Za-z0-9_-][\w.-]{0,20}$/)

  it.each(YAML_READERS)('is a v1 Secret, read as %s', (_, parse) => {
    fc.assert(
      fc.property(mapOf(key, anyValue), (values) => {
        const { data, ...rest } = parse(formatEnvironment('k8s', values))
        expect(rest).toEqual({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'locker-secrets' },
          type: 'Opaque',
        })
        const decoded = Object.entries(data).map(([name, text]) => [
          name,
          Buffer.from(String(text), 'base64').toString(),
        ])
        expect(Object.fromEntries(decoded)).toEqual(entriesOf(values))
      }),
    )
  })

  it('keeps data that looks like a number text', () => {
    const [value, name] = [Buffer.from('1234', 'base64').toString('latin1'), 'true']
    const text = formatEnvironment('k8s', new Map([[name, value]]))
    expect(Object.keys(parseYaml(text).data)).toEqual(['true'])
    expect(typeof parseYaml(text).data.true).toBe('string')
  })

  it('has an empty mapping for no variables', () => {
    expect(parseYaml(formatEnvironment('k8s', new Map())).data).toEqual({})
  })

  it('holds one MiB of values and no more', () => {
    const values = new Map([
      ['A', 'é'.repeat(2 ** 18)],
      ['B', 'x'.repeat(2 ** 19)],
    ])
    expect(Object.keys(parseYaml(formatEnvironment('k8s', values)).data)).toEqual(['A', 'B'])
    expect(() => formatEnvironment('k8s', values.set('C', 'x'))).toThrow(
      `"C" can't be written as k8s: with it the values exceed 1048576 bytes. `,
    )
  })
})
