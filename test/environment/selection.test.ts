import { describe, expect, it } from 'vitest'
import type { MergePolicy } from '../../src/config/config.ts'
import { describeDangerous, selectSecrets } from '../../src/environment/selection.ts'
import { layersOf, PLAIN } from './policies.ts'

type Values = Readonly<Record<string, string | undefined>>

function select(
  all: Values,
  environment: Values = {},
  policy: Partial<MergePolicy> = {},
): [string, string][] {
  return [...selectSecrets(layersOf(all, environment), { ...PLAIN, ...policy }, 'linux')]
}

describe('selectSecrets', () => {
  it("puts the environment's secrets over those of ALL, sorted by name", () => {
    expect(select({ B: 'all', A: 'all' }, { B: 'own', C: 'own' })).toEqual([
      ['A', 'all'],
      ['B', 'own'],
      ['C', 'own'],
    ])
  })

  it('applies filters to keys, then transform and prefix', () => {
    const policy = {
      include: ['db*'],
      exclude: ['*.user'],
      transform: 'upper-snake',
      prefix: 'APP_',
    } as const
    expect(select({ 'db.password': 'x', 'db.user': 'y', other: 'z' }, {}, policy)).toEqual([
      ['APP_DB_PASSWORD', 'x'],
    ])
  })

  it('keeps any name and any text, whatever a variable may be called', () => {
    const secrets = { 'a b': '\0', LD_PRELOAD: 'x', LOCKER_API_BASE: 'y', __proto__x: '' }
    expect(Object.fromEntries(select(secrets))).toEqual(secrets)
  })

  it('ignores override, required and allow', () => {
    const policy = { override: true, required: ['B'], allow: ['PATH'] }
    expect(select({ A: 'x' }, {}, policy)).toEqual([['A', 'x']])
  })

  it('refuses two keys that come to one name, whatever the name', () => {
    const policy = { transform: 'upper-snake' } as const
    expect(() => select({ 'a.b': 'x', 'a-b': 'y' }, {}, policy)).toThrow(/a-b and a\.b would both become/)
    expect(() => select({ 'ậ.b': 'x', 'ậ-b': 'y' }, {}, policy)).toThrow(/would both become/)
    expect(select({ 'a.b': 'x', 'a-b': 'y' }, {}, { ...policy, exclude: ['a-b'] })).toEqual([['A_B', 'x']])
  })

  it('refuses a value that is no text by its key, unless it is excluded', () => {
    expect(() => select({ TOKEN: undefined })).toThrow(/the value of TOKEN is not UTF-8 text/)
    expect(() => select({ TOKEN: 'x' }, { TOKEN: undefined })).toThrow(/the value of TOKEN is not UTF-8 text/)
    expect(select({ TOKEN: undefined }, {}, { exclude: ['TOKEN'] })).toEqual([])
  })
})

describe('describeDangerous', () => {
  const describeNames = (names: readonly string[], allow: readonly string[] = []) =>
    describeDangerous(names, { ...PLAIN, allow }, 'linux')

  it('says nothing about names that a start would set', () => {
    expect(describeNames(['DATABASE_URL', 'db.password', 'NPM_TOKEN'])).toBeUndefined()
    expect(describeNames(['NODE_OPTIONS'], ['NODE_OPTIONS'])).toBeUndefined()
  })

  it('names those that it would not', () => {
    expect(describeNames(['A', 'NODE_OPTIONS', 'LOCKER_API_BASE'], ['LOCKER_API_BASE'])).toMatch(
      /redirect traffic: NODE_OPTIONS, LOCKER_API_BASE$/,
    )
  })
})
