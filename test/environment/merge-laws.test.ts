import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MergePolicy } from '../../src/config/config.ts'
import { judgeName } from '../../src/environment/deny-list.ts'
import { merge } from '../../src/environment/merge.ts'
import { type Env, isVariableName } from '../../src/environment/names.ts'
import type { Layers } from '../../src/environment/overlay.ts'
import { PLAIN } from './policies.ts'

const NAMES = [
  'A',
  'B',
  'C',
  '__proto__',
  'constructor',
  'toString',
  'PATH',
  'path',
  'LD_X',
  'LOCKER_A',
  'a-b',
  '',
  'NODE_OPTIONS',
]
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...NAMES) },
  fc.string({ unit: 'binary', maxLength: 5 }),
)
const value = fc.oneof(
  fc.constantFrom('', ' ', '$A', '\0', '\ud800', 'é', '💥', 'a\nb'),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const secrets = fc.array(fc.tuple(name, fc.option(value, { nil: undefined })), { maxLength: 8 })
const layers: fc.Arbitrary<Layers> = fc
  .tuple(secrets, secrets, fc.array(fc.tuple(name, value), { maxLength: 8 }))
  .map(([all, environment, dotenv]) => {
    return { all: new Map(all), environment: new Map(environment), dotenv: new Map(dotenv) }
  })
const base: fc.Arbitrary<Env> = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((entries) => {
  return Object.assign(
    Object.create(null),
    Object.fromEntries(entries.filter(([key]) => key !== '__proto__')),
  )
})
const names = fc.subarray(NAMES)
const policy: fc.Arbitrary<MergePolicy> = fc.record({
  override: fc.oneof(fc.boolean(), names),
  include: fc.constantFrom([], ['*'], ['?']),
  exclude: fc.constantFrom([], ['B']),
  prefix: fc.constantFrom('', 'P_', 'LD_'),
  transform: fc.constant('none' as const),
  required: fc.constant([]),
  allow: names,
})

describe('the merge', () => {
  it('never injects what is denied, reserved, no name or no text', () => {
    fc.assert(
      fc.property(base, layers, policy, (env, given, how) => {
        for (const [key, text] of merge(env, given, how, 'linux').injected) {
          expect(isVariableName(key)).toBe(true)
          expect(judgeName(key)).not.toBe('reserved')
          if (judgeName(key) === 'denied') expect(how.allow).toContain(key)
          expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text)
          expect(text).not.toContain('\0')
        }
      }),
    )
  })

  it('hands every value over as it was', () => {
    fc.assert(
      fc.property(base, layers, policy, (env, given, how) => {
        const { all, environment, dotenv } = given
        for (const [key, text] of merge(env, given, how, 'linux').injected) {
          const secret = key.startsWith(how.prefix) ? key.slice(how.prefix.length) : ''
          const origins = [
            environment.has(secret) ? environment.get(secret) : all.get(secret),
            dotenv.get(key),
          ]
          expect(origins).toContain(text)
        }
      }),
    )
  })

  it('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(base, layers, policy, (env, given, how) => {
        const once = apply(env, merge(env, given, how, 'linux').injected)
        const twice = apply(once, merge(once, given, how, 'linux').injected)
        expect(Object.entries(twice)).toEqual(Object.entries(once))
      }),
    )
  })

  it('obeys the order of the layers for every name', () => {
    fc.assert(
      fc.property(base, layers, fc.oneof(fc.boolean(), names), (env, given, override) => {
        const final = apply(env, merge(env, given, { ...PLAIN, override }, 'linux').injected)
        for (const key of ['A', 'B', 'C', 'constructor', 'toString']) {
          const { all, environment, dotenv } = given
          const secret = usable(environment.has(key) ? environment.get(key) : all.get(key))
          const [process, file] = [env[key], usable(dotenv.get(key))]
          const wins = override === true || (Array.isArray(override) && override.includes(key))
          expect(final[key]).toBe(wins ? (secret ?? process ?? file) : (process ?? file ?? secret))
        }
      }),
    )
  })

  it('comes to the same whatever order things are listed in', () => {
    fc.assert(
      fc.property(base, layers, policy, (env, given, how) => {
        const turned: Layers = {
          all: new Map([...given.all].reverse()),
          environment: new Map([...given.environment].reverse()),
          dotenv: new Map([...given.dotenv].reverse()),
        }
        const [one, other] = [given, turned].map((each) => merge(env, each, how, 'linux'))
        expect(sorted(one?.injected)).toEqual(sorted(other?.injected))
        expect(one?.report.length).toBe(other?.report.length)
      }),
    )
  })

  it('reports every name once, or once more where a definition was left out, and no value', () => {
    fc.assert(
      fc.property(base, layers, policy, (env, given, how) => {
        const { injected, report } = merge(env, given, how, 'linux')
        const counted = report.filter(({ leftOut }) => leftOut === undefined)
        expect(new Set(counted.map((row) => row.name)).size).toBe(counted.length)
        const set = counted.filter(({ source }) => source !== 'process').map((row) => row.name)
        expect(set.sort()).toEqual([...injected.keys()].sort())
        for (const row of report) expect(Object.keys(row)).not.toContain('value')
      }),
    )
  })
})

function apply(env: Env, injected: ReadonlyMap<string, string>): Env {
  const next: Record<string, string | undefined> = Object.assign(Object.create(null), env)
  for (const [key, text] of injected) next[key] = text
  return next
}

function usable(text: string | undefined): string | undefined {
  return text === undefined || /\0|\p{Surrogate}/u.test(text) ? undefined : text
}

function sorted(injected: ReadonlyMap<string, string> = new Map()): [string, string][] {
  return [...injected].sort(([left], [right]) => (left < right ? -1 : 1))
}
