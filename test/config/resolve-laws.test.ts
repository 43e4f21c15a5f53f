import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseApiBase } from '../../src/config/api-base.ts'
import { decodeHeaders, parseHeaders } from '../../src/config/headers.ts'
import { Problem } from '../../src/config/kind.ts'
import type { Sources } from '../../src/config/resolve.ts'
import type { Setting, Source } from '../../src/config/setting.ts'
import { SETTINGS, type SettingKey } from '../../src/config/settings.ts'
import { LockerError } from '../../src/errors.ts'
import { oneLine } from '../../src/logger.ts'
import { createMachine, ID, type Machine, SECRET } from './machine.ts'

const ROWS: readonly Setting[] = SETTINGS
const LAYERS: readonly Source[] = ['flag', 'option', 'environment', '.env', 'locker.json']

/** Two good texts for each setting; none that names a file which must exist. */
const GOOD: Readonly<Record<Exclude<SettingKey, 'dotenv'>, readonly [string, string]>> = {
  accessKeyId: [ID, ID.toUpperCase()],
  secretAccessKey: [SECRET, SECRET],
  accessKeySecret: [SECRET, SECRET],
  environment: ['staging', 'ALL'],
  include: ['A*,B', '?'],
  exclude: ['A*', 'x, y'],
  required: ['A', 'A,__proto__'],
  override: ['true', 'constructor'],
  prefix: ['P_', '_'],
  transform: ['none', 'upper-snake'],
  allow: ['PATH', 'LD_PRELOAD,PATH'],
  apiBase: ['https://host/', 'http://localhost:1'],
  headers: ['A: b', 'A: b, C:'],
  caFile: ['ca.pem', '/ca.pem'],
  unsafe: ['1', 'false'],
  timeoutMs: ['1', '600000'],
  cache: ['false', 'cache'],
  restTime: ['0', '7'],
  maxStale: ['0', '999999999'],
  fetch: ['true', '0'],
  snapshot: ['sealed', '/sealed'],
  onError: ['exit', 'warn'],
  logLevel: ['debug', '0'],
  keepCredentials: ['true', 'false'],
  disable: ['false', '1'],
}

/** What each layer says: setting key to text. */
type Said = Readonly<Record<Source, Readonly<Record<string, string>>>>

const oddText = fc.oneof(
  fc.constantFrom('', ' ', ',', 'true', '1', '\0', '\ud800', '__proto__', '-1', '1e3', 'a\nb', 'https://x'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

function layersOf(textOf: (key: keyof typeof GOOD) => fc.Arbitrary<string>): fc.Arbitrary<Said> {
  const saidBy = (source: Source) => {
    const keys = ROWS.filter(({ key, sources }) => key in GOOD && sources.includes(source)).map(
      ({ key }) => key,
    )
    const texts = Object.fromEntries(keys.map((key) => [key, textOf(key as keyof typeof GOOD)]))
    return fc.record(texts, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>
  }
  return fc.record({
    flag: saidBy('flag'),
    option: saidBy('option'),
    environment: saidBy('environment'),
    '.env': saidBy('.env'),
    'locker.json': saidBy('locker.json'),
  })
}

/** Writes the files, and gives the sources of a process that finds them. */
function place(said: Said, machine: Machine): Partial<Sources> {
  const variables = (layer: Readonly<Record<string, string>>) =>
    Object.entries(layer).map(([key, text]) => [ROWS.find((row) => row.key === key)?.variable ?? '', text])
  machine.write(
    '.env',
    variables(said['.env'])
      .map(([name, text]) => `${name}='${text}'\n`)
      .join(''),
  )
  machine.write('locker.json', said['locker.json'])
  return {
    flags: new Map(Object.entries(said.flag)),
    options: said.option,
    env: Object.fromEntries(variables(said.environment)),
  }
}

describe('settings, wherever they come from', () => {
  it('are those of the highest source that names them', () => {
    const machine = createMachine()
    const named = ROWS.filter((row) => row.key in GOOD && row.group !== 'Access')
    // One key only: two halves that differ are an error of their own.
    const good = layersOf((key) =>
      /^access|^secret/.test(key) ? fc.constant(GOOD[key][0]) : fc.constantFrom(...GOOD[key]),
    )
    fc.assert(
      fc.property(good, (said) => {
        const { origins } = machine.resolve(place(said, machine))
        const sources = named.map(({ key }) => [key, origins.get(key as SettingKey)?.source])
        const highest = named.map(({ key }) => {
          return [key, LAYERS.find((layer) => said[layer][key] !== undefined) ?? 'default']
        })
        expect(sources).toEqual(highest)
      }),
    )
  })

  it('mean by themselves what they mean over lower sources', () => {
    const machine = createMachine()
    const two = fc.constantFrom(
      ...LAYERS.slice(1).flatMap((lower, at) =>
        LAYERS.slice(0, at + 1).map((upper) => [upper, lower] as const),
      ),
    )
    const texts = layersOf((key) => fc.constantFrom(...GOOD[key]))
    fc.assert(
      fc.property(two, texts, ([upper, lower], said) => {
        const none: Said = { flag: {}, option: {}, environment: {}, '.env': {}, 'locker.json': {} }
        const keys = Object.keys(said[upper])
        const above = machine.resolve(place({ ...none, [upper]: said[upper] }, machine))
        const same = Object.fromEntries(Object.entries(said[lower]).filter(([key]) => keys.includes(key)))
        const both = machine.resolve(place({ ...none, [upper]: said[upper], [lower]: same }, machine))
        // Which files were looked at differs, of course.
        const [withBoth, withAbove] = [both, above].map((config) => ({
          ...config,
          warnings: [],
          witnesses: [],
        }))
        expect(withBoth).toEqual(withAbove)
      }),
    )
  })

  it('resolve, or fail in one line that shows nothing of them', () => {
    const machine = createMachine()
    const odd = layersOf(() => oddText.map((text) => (text.length < 5 ? text : `${text}canary`)))
    fc.assert(
      fc.property(odd, (said) => {
        const message = messageOfFailure(() => machine.resolve(place(said, machine)))
        expect(message).not.toContain('canary')
        expect(oneLine(message)).toBe(message)
      }),
    )
  })

  it('never come from a locker.json that names one of somebody else’s, whatever else it holds', () => {
    const machine = createMachine()
    const foreign = ROWS.filter(({ sources }) => !sources.includes('locker.json')).map(({ key }) => key)
    const content = fc.dictionary(
      fc.oneof(fc.constantFrom(...foreign, '__proto__'), fc.string()),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(content, (values) => {
        const file = machine.write('locker.json', JSON.stringify(values))
        const message = messageOfFailure(() => machine.resolve())
        if (
          Object.keys(values).some((key) => !ROWS.some((row) => row.key === key) || foreign.includes(key))
        ) {
          expect(message).toContain(file)
        }
      }),
    )
  })

  it('fail in one line for any locker.json that is none', () => {
    const machine = createMachine()
    const bytes = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array())
    fc.assert(
      fc.property(bytes, (content) => {
        machine.write('locker.json', typeof content === 'string' ? content : Buffer.from(content))
        const message = messageOfFailure(() => machine.resolve())
        expect(message).toMatch(/^$|locker\.json /)
        expect(oneLine(message)).toBe(message)
      }),
    )
  })
})

it.each(ROWS.filter(({ key }) => key !== 'environment').map((row) => [row.key, row.kind] as const))(
  '%s is the same text to code as to a variable',
  (_, kind) => {
    fc.assert(
      fc.property(fc.oneof(oddText, fc.constantFrom(...Object.values(GOOD).flat())), (text) => {
        expect(kind.decode(text, '/folder')).toEqual(kind.parse(text, '/folder'))
      }),
    )
  },
)

describe('a base that is taken', () => {
  const part = fc.constantFrom(
    'https:',
    'http:',
    '//',
    '/',
    'localhost',
    '127.0.0.1',
    'host',
    '@',
    ':',
    '80',
    '?',
    '#',
    '/v1',
    '[::1]',
    ' ',
  )

  it('is https, or loopback, in a form that stays as it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const base = parseApiBase(text)
          if (typeof base !== 'string') return
          expect(base).toMatch(
            /^(https:\/\/[^/@?#]+|http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?)(\/[^?#]*[^/?#])?$/,
          )
          expect(parseApiBase(base)).toBe(base)
        },
      ),
    )
  })
})

describe('headers that are taken', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('X-A', 'Host', ' te ', '__proto__', 'a b', 'é'),
  )

  it('can be sent as they are, and are read again from their text', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (record) => {
        const headers = decodeHeaders(record)
        if (headers === undefined || headers instanceof Problem) return
        expect(() => new Headers(Object.entries(headers))).not.toThrow()
        const entries = Object.entries(headers)
        if (entries.some((entry) => entry.join().includes(',,') || entry[1].includes(','))) return
        expect(parseHeaders(entries.map((entry) => entry.join(':')).join(','))).toEqual(headers)
      }),
    )
  })
})

/** @returns the message of the LockerError that a function throws; nothing else may come out of it */
function messageOfFailure(action: () => unknown): string {
  try {
    action()
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(LockerError)
    return (error as LockerError).message
  }
}
