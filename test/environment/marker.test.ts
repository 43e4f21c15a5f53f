import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  findUnchanged,
  formatMarker,
  isLoaded,
  MAX_MARKER_CHARS,
  type Marker,
  readMarker,
  type Scope,
  withoutNames,
} from '../../src/environment/marker.ts'
import type { Env } from '../../src/environment/names.ts'
import { PLAIN } from './policies.ts'

const SCOPE: Scope = {
  apiBase: 'https://host',
  accessKeyId: '11111111-1111-4111-8111-111111111111',
  isKeyAmbient: false,
  environment: 'production',
  policy: PLAIN,
}
const KEY = Buffer.alloc(32, 1)
const OTHER_KEY = Buffer.alloc(32, 2)
const VALUES = { A: 'one', B: '', __x: 'three=,.' }

/** The environment that a load of these values leaves. */
function leave(
  values: Readonly<Record<string, string>>,
  scope = SCOPE,
  tagKey = KEY,
): Record<string, string> {
  const marker = formatMarker(scope, new Map(Object.entries(values)), tagKey)
  return { ...values, LOCKERPM_LOADED: marker ?? '' }
}

function markerIn(env: Env): Marker {
  const marker = readMarker(env)
  if (marker === undefined) throw new Error('there is no marker')
  return marker
}

describe('a process below a load', () => {
  let env: Record<string, string>
  beforeEach(() => {
    env = leave(VALUES)
  })

  it('has nothing to load in the same scope', () => {
    expect(isLoaded(markerIn(env), SCOPE, env)).toBe(true)
    const changed = { ...env, A: 'changed' }
    expect(isLoaded(markerIn(changed), SCOPE, changed)).toBe(true)
  })

  it('loads again when a name is gone', () => {
    expect(isLoaded(markerIn(env), SCOPE, { ...env, B: undefined })).toBe(false)
  })

  it('has nothing to load where the first load had nothing to set', () => {
    const empty = leave({})
    expect(isLoaded(markerIn(empty), SCOPE, empty)).toBe(true)
  })

  it.each<[string, Partial<Scope>]>([
    ['environment', { environment: 'staging' }],
    ['environment, ALL', { environment: undefined }],
    ['api base', { apiBase: 'https://other' }],
    ['access key', { accessKeyId: '22222222-2222-4222-8222-222222222222' }],
    ['override', { policy: { ...PLAIN, override: true } }],
    ['include', { policy: { ...PLAIN, include: ['A'] } }],
    ['exclude', { policy: { ...PLAIN, exclude: ['A'] } }],
    ['prefix', { policy: { ...PLAIN, prefix: 'P_' } }],
    ['transform', { policy: { ...PLAIN, transform: 'upper-snake' } }],
    ['required', { policy: { ...PLAIN, required: ['A'] } }],
    ['allow', { policy: { ...PLAIN, allow: ['PATH'] } }],
  ])('loads again with another %s', (_, change) => {
    expect(isLoaded(markerIn(env), { ...SCOPE, ...change }, env)).toBe(false)
  })

  it('compares api base and environment when it has no key, and nothing else', () => {
    const stripped = { ...SCOPE, accessKeyId: undefined, policy: { ...PLAIN, prefix: 'P_' } }
    expect(isLoaded(markerIn(env), stripped, env)).toBe(true)
    expect(isLoaded(markerIn(env), { ...stripped, environment: 'staging' }, env)).toBe(false)
    expect(isLoaded(markerIn(env), { ...stripped, apiBase: 'https://other' }, env)).toBe(false)
  })

  it('does not take the credential file’s key, which was there before, for a wish of its own', () => {
    const ambient = { ...SCOPE, accessKeyId: '22222222-2222-4222-8222-222222222222', isKeyAmbient: true }
    expect(isLoaded(markerIn(env), ambient, env)).toBe(true)
  })

  it('knows the same key in another case', () => {
    const upper = leave(VALUES, { ...SCOPE, accessKeyId: 'abcdef00-0000-4000-8000-000000000000' })
    const scope = { ...SCOPE, accessKeyId: 'ABCDEF00-0000-4000-8000-000000000000' }
    expect(isLoaded(markerIn(upper), scope, upper)).toBe(true)
  })
})

describe('a load of another scope', () => {
  it('finds what the earlier one set and nobody changed', () => {
    const env = { ...leave(VALUES), A: 'changed', OTHER: 'x' }
    expect(findUnchanged(markerIn(env), env, KEY)).toEqual(['B', '__x'])
  })

  it.each([KEY, OTHER_KEY])('does not count what is gone, whatever the key', (key) => {
    const env = { ...leave(VALUES), A: undefined }
    expect(findUnchanged(markerIn(env), env, key)).toEqual(['B', '__x'])
  })

  it('counts all of an earlier load with another key, since it can not tell', () => {
    const env = { ...leave(VALUES), A: 'changed' }
    expect(findUnchanged(markerIn(env), env, OTHER_KEY)).toEqual(['A', 'B', '__x'])
  })

  it('starts from the environment without those', () => {
    const env = leave(VALUES)
    const rest = withoutNames(env, findUnchanged(markerIn(env), env, KEY))
    expect(Object.keys(rest)).toEqual(['LOCKERPM_LOADED'])
    expect(Object.keys(env)).toHaveLength(4)
  })

  it('sees any change of any value', () => {
    const values = fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(values, fc.string({ minLength: 1 }), (given, added) => {
        const env = leave(given)
        expect(findUnchanged(markerIn(env), env, KEY).sort()).toEqual(Object.keys(given).sort())
        const changed = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, text + added]))
        expect(findUnchanged(markerIn(env), changed, KEY)).toEqual([])
      }),
    )
  })
})

describe('the marker', () => {
  it('holds no value, no key id, and no tag that fits without the key', () => {
    const text = leave({ PIN: '1234' }).LOCKERPM_LOADED ?? ''
    expect(text).toMatch(/^1\.[0-9a-z]+\.[0-9a-z]+\.[\w-]{6}\.PIN=[\w-]{6}$/)
    expect(text).not.toContain(SCOPE.accessKeyId)
    expect(text).not.toBe(leave({ PIN: '1234' }, SCOPE, OTHER_KEY).LOCKERPM_LOADED)
  })

  it('is the same text in every build, since a process below may have another one', () => {
    expect(leave({ PIN: '1234', A: '' }).LOCKERPM_LOADED).toBe(
      '1.htsvordqtq.1jmtxvs4wj1.FPqJaA.PIN=O6qRWa,A=xpVRGI',
    )
    const bare = { ...SCOPE, accessKeyId: undefined, environment: undefined }
    expect(leave({}, bare).LOCKERPM_LOADED).toBe('1.1yag0jvfo0b.9pn5hfnf95.FPqJaA.')
  })

  it('may have 32 Ki characters less one, as written and as read', () => {
    const head = formatMarker(SCOPE, new Map(), KEY)?.length ?? 0
    const named = (chars: number) => new Map([['N'.repeat(chars - head - '=AAAAAA'.length), '']])
    const longest = formatMarker(SCOPE, named(MAX_MARKER_CHARS - 1), KEY)
    expect(longest).toHaveLength(MAX_MARKER_CHARS - 1)
    expect(markerIn({ LOCKERPM_LOADED: longest }).tags.size).toBe(1)
    expect(formatMarker(SCOPE, named(MAX_MARKER_CHARS), KEY)).toBeUndefined()
    expect(readMarker({ LOCKERPM_LOADED: longest?.replace('=', 'N=') })).toBeUndefined()
  })

  it('is left out from 32 KiB on', () => {
    const count = (names: number) => new Map(Array.from({ length: names }, (_, index) => [`N${index}`, '']))
    const fits = formatMarker(SCOPE, count(2500), KEY)
    expect(fits?.length).toBeLessThan(MAX_MARKER_CHARS)
    expect(markerIn({ LOCKERPM_LOADED: fits }).tags.size).toBe(2500)
    expect(formatMarker(SCOPE, count(3500), KEY)).toBeUndefined()
  })

  it.each([
    ['nothing', undefined],
    ['empty text', ''],
    ['another version', '2.a.b.c.A=AAAAAA'],
    ['a part too few', '1.a.b.A=AAAAAA'],
    ['no list of names', '1.a.b.c'],
    ['a part too many', '1.a.b.c.A=AAAAAA.x'],
    ['an empty hash', '1..b.c.A=AAAAAA'],
    ['an odd hash', '1.a.b c.c.A=AAAAAA'],
    ['no tag', '1.a.b.c.A'],
    ['a short tag', '1.a.b.c.A=AAA'],
    ['an odd tag', '1.a.b.c.A=AAA AA'],
    ['a tag behind something else', '1.a.b.c.A:AAAAAA'],
    ['an odd name', '1.a.b.c.A-B=AAAAAA'],
    ['no name', '1.a.b.c.=AAAAAA'],
    ['an empty entry', '1.a.b.c.A=AAAAAA,'],
    ['too much', `1.a.b.c.${'A=AAAAAA,'.repeat(4000)}`],
    ['a stranger’s text', 'true'],
  ])('is ignored where it is %s', (_, text) => {
    expect(readMarker({ LOCKERPM_LOADED: text })).toBeUndefined()
  })

  it('is ignored or read, but never fails, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('1', '.', 'A', '=', ',', '-', '\n', 'é') }), (text) => {
        expect(() => readMarker({ LOCKERPM_LOADED: `1.a.b.c.${text}` })).not.toThrow()
      }),
    )
  })
})
