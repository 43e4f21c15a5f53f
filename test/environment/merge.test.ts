import { describe, expect, it } from 'vitest'
import type { MergePolicy } from '../../src/config/config.ts'
import { merge } from '../../src/environment/merge.ts'
import type { Env } from '../../src/environment/names.ts'
import type { Layers } from '../../src/environment/overlay.ts'
import type { LayerName } from '../../src/environment/report.ts'
import { LockerError } from '../../src/errors.ts'
import { layersOf, PLAIN } from './policies.ts'

function mergeOn(
  base: Env,
  layers: Layers,
  policy: Partial<MergePolicy> = {},
  platform: NodeJS.Platform = 'linux',
) {
  const { injected, report, warnings } = merge(base, layers, { ...PLAIN, ...policy }, platform)
  return { env: Object.fromEntries(injected), report, warnings }
}

/** Which layers define the name N, highest first; what counts; what that hid. */
type Rank = readonly [string, Env, Layers, string | undefined, LayerName, readonly LayerName[]]

const ALL = { N: 'all' }
const OWN = { N: 'own' }
const FILE = { N: 'file' }
const SET = { N: 'set' }

describe('precedence', () => {
  it.each<Rank>([
    ['ALL', {}, layersOf(ALL), 'all', 'ALL', []],
    ['the environment over ALL', {}, layersOf(ALL, OWN), 'own', 'environment', ['ALL']],
    ['.env over both', {}, layersOf(ALL, OWN, FILE), 'file', '.env', ['environment', 'ALL']],
    ['.env over ALL', {}, layersOf(ALL, {}, FILE), 'file', '.env', ['ALL']],
    [
      'what is set over all',
      SET,
      layersOf(ALL, OWN, FILE),
      undefined,
      'process',
      ['.env', 'environment', 'ALL'],
    ],
    ['an empty variable, which is set', { N: '' }, layersOf(ALL), undefined, 'process', ['ALL']],
    ['ALL over an undefined variable', { N: undefined }, layersOf(ALL), 'all', 'ALL', []],
    ['an empty secret over ALL', {}, layersOf(ALL, { N: '' }), '', 'environment', ['ALL']],
    ['an empty .env over secrets', {}, layersOf(ALL, {}, { N: '' }), '', '.env', ['ALL']],
  ])('puts %s', (_, base, layers, value, source, hid) => {
    const { env, report } = mergeOn(base, layers)
    expect(env).toEqual(value === undefined ? {} : { N: value })
    expect(report).toEqual([{ name: 'N', key: 'N', source, hid }])
  })

  it.each<Rank>([
    ['what is set', SET, layersOf(ALL), 'all', 'ALL', ['process']],
    ['.env', {}, layersOf(ALL, {}, FILE), 'all', 'ALL', ['.env']],
    ['everything', SET, layersOf(ALL, OWN, FILE), 'own', 'environment', ['ALL', 'process', '.env']],
  ])('turns round for an overridden name: the secret replaces %s', (_, base, layers, value, source, hid) => {
    for (const override of [true, ['N'], ['OTHER', 'N']]) {
      const { env, report } = mergeOn(base, layers, { override })
      expect(env).toEqual({ N: value })
      expect(report).toEqual([{ name: 'N', key: 'N', source, hid }])
    }
  })

  it('is as ever for names that override does not list, and for those that only .env has', () => {
    const layers = layersOf({ A: 'all', B: 'all' }, {}, { C: 'file' })
    expect(mergeOn({ A: 'set', B: 'set', C: 'set' }, layers, { override: ['B', 'C'] }).env).toEqual({
      B: 'all',
    })
    expect(mergeOn({ C: 'set' }, layers, { override: true }).env).toEqual({ A: 'all', B: 'all' })
  })

  it('expands nothing', () => {
    const values = { A: '$HOME', H: `$\{A}`, B: '$$', C: '$(id)', D: '`id`', E: '%PATH%', F: '\\n', G: ' x ' }
    expect(mergeOn({}, layersOf(values)).env).toEqual(values)
    expect(mergeOn({}, layersOf({}, {}, values)).env).toEqual(values)
  })

  it('carries names that every object has', () => {
    const own = layersOf({ constructor: 'a', toString: 'b', hasOwnProperty: 'c' })
    const layers = { ...own, all: new Map([...own.all, ['__proto__', 'd']]) }
    const { injected } = merge({}, layers, PLAIN, 'linux')
    expect([...injected]).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
      ['hasOwnProperty', 'c'],
      ['__proto__', 'd'],
    ])
  })
})

describe('which secrets', () => {
  const KEYS = layersOf({ DB_URL: '1', DB_KEY: '2', API_KEY: '3' })

  it.each<[string, Partial<MergePolicy>, readonly string[]]>([
    ['all', {}, ['DB_URL', 'DB_KEY', 'API_KEY']],
    ['the included', { include: ['DB_*'] }, ['DB_URL', 'DB_KEY']],
    ['those of any glob', { include: ['API_*', '*_URL'] }, ['DB_URL', 'API_KEY']],
    ['all but the excluded', { exclude: ['*_KEY'] }, ['DB_URL']],
    ['the included but the excluded', { include: ['DB_*'], exclude: ['*_KEY'] }, ['DB_URL']],
    ['none', { include: ['X'] }, []],
  ])('takes %s', (_, policy, names) => {
    expect(Object.keys(mergeOn({}, KEYS, policy).env)).toEqual(names)
  })

  it('judges keys, not final names, and never .env', () => {
    const layers = layersOf({ 'db.url': '1' }, {}, { FROM_FILE: '2' })
    const policy: Partial<MergePolicy> = { include: ['db.*'], transform: 'upper-snake', prefix: 'P_' }
    expect(mergeOn({}, layers, policy).env).toEqual({ P_DB_URL: '1', FROM_FILE: '2' })
    expect(mergeOn({}, layers, { ...policy, include: ['P_*'] }).env).toEqual({ FROM_FILE: '2' })
  })

  it('reports what was excluded, without a warning', () => {
    const { report, warnings } = mergeOn({}, layersOf({ A: '1' }), { exclude: ['A'] })
    expect(report).toEqual([{ name: 'A', key: 'A', source: 'ALL', hid: [], leftOut: 'excluded' }])
    expect(warnings).toEqual([])
  })
})

describe('final names', () => {
  it('have the prefix if they are secrets’, and only then', () => {
    const layers = layersOf({ A: '1' }, {}, { B: '2' })
    expect(mergeOn({}, layers, { prefix: 'APP_' }).env).toEqual({ APP_A: '1', B: '2' })
  })

  it('are what override and required judge', () => {
    const policy: Partial<MergePolicy> = { transform: 'upper-snake', prefix: 'P_', override: ['P_DB_URL'] }
    expect(mergeOn({ P_DB_URL: 'set' }, layersOf({ 'db.url': '1' }), policy).env).toEqual({ P_DB_URL: '1' })
  })

  it('may be reached through a prefix alone', () => {
    expect(mergeOn({}, layersOf({ '2FA': '1' })).env).toEqual({})
    expect(mergeOn({}, layersOf({ '2FA': '1' }), { prefix: 'P_' }).env).toEqual({ P_2FA: '1' })
  })

  it.each<[string, Layers]>([
    ['of one layer', layersOf({ 'db.url': '1', DB_URL: '2' })],
    ['of two layers', layersOf({ 'db.url': '1' }, { DB_URL: '2' })],
  ])('are an error where two keys %s meet, which names both', (_, layers) => {
    const act = () => mergeOn({}, layers, { transform: 'upper-snake' })
    expect(act).toThrow(LockerError)
    expect(act).toThrow('DB_URL and db.url would both become the variable DB_URL')
  })

  it('are the same error whichever of the keys comes first', () => {
    const layers = layersOf({ DB_URL: '1', 'db.url': '2' })
    expect(() => mergeOn({}, layers, { transform: 'upper-snake' })).toThrow(
      'the secrets DB_URL and db.url would',
    )
  })

  it('may meet where one of the keys is excluded or no variable', () => {
    const policy: Partial<MergePolicy> = { transform: 'upper-snake', exclude: ['db.url'] }
    expect(mergeOn({}, layersOf({ 'db.url': '1', DB_URL: '2' }), policy).env).toEqual({ DB_URL: '2' })
    const names = layersOf({ '1.a': '1', '1_A': '2' })
    expect(mergeOn({}, names, { transform: 'upper-snake' }).env).toEqual({})
  })
})

describe('what is left out', () => {
  it.each([
    ['a name with a hyphen', { 'my-key': 'canary' }, 'syntax', 'my-key (no name for a variable)'],
    ['a name with a line break', { 'A\nB': 'canary' }, 'syntax', 'A\\u000aB (no name for a variable)'],
    ['an empty name', { '': 'canary' }, 'syntax', ' (no name for a variable)'],
    ['a dangerous name', { NODE_OPTIONS: 'canary' }, 'denied', 'NODE_OPTIONS (could run code'],
    ['a dangerous name in another case', { ld_preload: 'canary' }, 'denied', 'ld_preload (could run code'],
    ['a name of ours', { LOCKER_API_BASE: 'canary' }, 'reserved', "LOCKER_API_BASE (lockerpm's own)"],
    ['our marker', { LOCKERPM_LOADED: 'canary' }, 'reserved', "LOCKERPM_LOADED (lockerpm's own)"],
    ['a NUL', { A: 'canary\0' }, 'nul', 'A (its value holds a NUL)'],
    ['a lone surrogate', { A: 'canary\ud800' }, 'encoding', 'A (its value is not UTF-8 text)'],
    ['no text', { A: undefined }, 'encoding', 'A (its value is not UTF-8 text)'],
  ])('is %s: reported, and said once by name', (_, all, leftOut, text) => {
    const { env, report, warnings } = mergeOn({}, layersOf(all))
    expect(env).toEqual({})
    expect(report).toEqual([expect.objectContaining({ source: 'ALL', hid: [], leftOut })])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`left out: ${text}`)
    expect(warnings[0]).not.toContain('canary')
  })

  it('is judged in a .env as well', () => {
    const { env, report } = mergeOn({}, layersOf({}, {}, { PATH: '/evil', 'a.b': '1', NUL: '\0', A: '1' }))
    expect(env).toEqual({ A: '1' })
    expect(report.map(({ name, source, leftOut }) => [name, source, leftOut])).toEqual([
      ['A', '.env', undefined],
      ['PATH', '.env', 'denied'],
      ['a.b', '.env', 'syntax'],
      ['NUL', '.env', 'nul'],
    ])
    for (const row of report) expect(row).not.toHaveProperty('key')
  })

  it('is judged after prefix and transform', () => {
    expect(mergeOn({}, layersOf({ preload: '1' }), { prefix: 'LD_' }).env).toEqual({})
    expect(mergeOn({}, layersOf({ 'node.options': '1' }), { transform: 'upper-snake' }).env).toEqual({})
    expect(mergeOn({}, layersOf({ PATH: '1' }), { prefix: 'APP_' }).env).toEqual({ APP_PATH: '1' })
  })

  it('is lifted by allow for dangerous names, for exactly those, and for nothing else', () => {
    const values = { PATH: '1', Path: '2', LOCKER_X: '3', LOCKERPM_LOADED: '4', 'a-b': '5' }
    const allow = ['PATH', 'LOCKER_X', 'LOCKERPM_LOADED', 'a-b']
    expect(mergeOn({}, layersOf(values), { allow }).env).toEqual({ PATH: '1' })
  })

  it('never gives way to ALL: an environment’s unusable secret is no reason to start on the default', () => {
    const { env, report } = mergeOn({}, layersOf({ A: 'all' }, { A: undefined }))
    expect(env).toEqual({})
    expect(report).toEqual([
      { name: 'A', key: 'A', source: 'environment', hid: ['ALL'], leftOut: 'encoding' },
    ])
  })

  it('takes no part: .env is used, and nothing is overridden', () => {
    const layers = layersOf({ A: '\0', B: '\0' }, {}, { A: 'file' })
    expect(mergeOn({ B: 'set' }, layers, { override: true }).env).toEqual({ A: 'file' })
  })

  it('is said in a line of bounded length', () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`${index}-${'x'.repeat(1000)}`, '']),
    )
    const [line] = mergeOn({}, layersOf(many)).warnings
    expect(line).toMatch(/and 980 more$/)
    expect(line?.length).toBeLessThan(3000)
  })

  it('is said with a long name cut short, and one of 80 characters in full', () => {
    const [longest, longer] = [`-${'x'.repeat(79)}`, `-${'y'.repeat(80)}`]
    expect(mergeOn({}, layersOf({ [longest]: '', [longer]: '' })).warnings).toEqual([
      `left out: ${longest} (no name for a variable), ${longer.slice(0, 80)}… (no name for a variable)`,
    ])
  })

  it.each([
    [20, /, 19- \(no name for a variable\)$/],
    [21, /, 19- \(no name for a variable\) and 1 more$/],
  ])('is said by up to twenty names: %i', (count, end) => {
    const values = Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}-`, '']))
    expect(mergeOn({}, layersOf(values)).warnings).toEqual([expect.stringMatching(end)])
  })
})

describe('secrets that .env hides', () => {
  it('are named in one line, if they are the environment’s', () => {
    const layers = layersOf({ A: 'canary' }, { B: 'canary', C: 'canary' }, { A: '1', B: '2', C: '3', D: '4' })
    expect(mergeOn({}, layers).warnings).toEqual([
      '.env hides secrets of the environment: B, C. Remove them there, or name them in LOCKER_OVERRIDE',
    ])
  })

  it('are not told where something else decides', () => {
    const layers = layersOf({}, { A: '1', B: '2' }, { A: '3', B: '4' })
    expect(mergeOn({ A: 'set' }, layers, { override: ['B'] }).warnings).toEqual([])
  })
})

describe('required', () => {
  it.each<[string, Env, Layers]>([
    ['a secret', {}, layersOf({ A: '1' })],
    ['.env', {}, layersOf({}, {}, { A: '1' })],
    ['the process', { A: '1' }, layersOf({})],
  ])('is content with %s', (_, base, layers) => {
    expect(() => mergeOn(base, layers, { required: ['A'] })).not.toThrow()
  })

  it('names everything that is missing or empty, and why if that is known', () => {
    const layers = layersOf({ A: '1', B: '', D: '\0', PATH: '/x' })
    const required = ['A', 'B', 'C', 'D', 'E', 'PATH', 'toString']
    const act = () => mergeOn({ E: '' }, layers, { required })
    expect(act).toThrow(LockerError)
    expect(act).toThrow(
      'required variables are missing or empty: B, C, D (its value holds a NUL), E, ' +
        'PATH (could run code or redirect traffic, and is not in LOCKER_ALLOW), toString',
    )
  })

  it('says who asked, where that is known, and what a filter kept away', () => {
    const policy: Partial<MergePolicy> = { required: ['A'], exclude: ['A'] }
    const text = 'required variables are missing or empty: A (excluded by LOCKER_INCLUDE or LOCKER_EXCLUDE)'
    const layers = layersOf({ A: '1' })
    expect(() => mergeOn({}, layers, policy)).toThrow(new LockerError(text))
    expect(() => mergeOn({}, layers, { ...policy, requiredBy: '--required' })).toThrow(
      new LockerError(`${text}; asked for by --required`),
    )
  })

  it('sees an empty secret that overrides', () => {
    const act = () => mergeOn({ A: 'set' }, layersOf({ A: '' }), { override: true, required: ['A'] })
    expect(act).toThrow('missing or empty: A')
  })
})

describe('on Windows', () => {
  it('names are compared without case', () => {
    const layers = layersOf({ Api_Key: '1', other: '2' }, {}, { OTHER: '3' })
    expect(mergeOn({ API_KEY: 'set' }, layers, {}, 'win32').env).toEqual({ other: '3' })
    expect(mergeOn({ API_KEY: 'set' }, layers, { override: ['api_key'] }, 'win32').env).toEqual({
      API_KEY: '1',
      other: '3',
    })
  })

  it('two keys that differ by case meet', () => {
    expect(() => mergeOn({}, layersOf({ a: '1', A: '2' }), {}, 'win32')).toThrow('A and a would both become')
    expect(mergeOn({}, layersOf({ a: '1', A: '2' })).env).toEqual({ a: '1', A: '2' })
  })

  it('required and allow are compared without case, and the first of a .env wins', () => {
    const layers = layersOf({ Temp: 'x' }, {}, { b: '1', B: '2' })
    const policy: Partial<MergePolicy> = { required: ['TEMP', 'PATH', 'B'], allow: ['TEMP'] }
    expect(mergeOn({ Path: '/bin' }, layers, policy, 'win32').env).toEqual({ Temp: 'x', b: '1' })
  })
})
