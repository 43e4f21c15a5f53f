import { describe, expect, it } from 'vitest'
import { Problem } from '../../src/config/kind.ts'
import type { Setting } from '../../src/config/setting.ts'
import { listKeys, SETTINGS, settingOf } from '../../src/config/settings.ts'
import { CREDENTIAL_VARIABLES } from '../../src/config/variables.ts'

const ROWS: readonly Setting[] = SETTINGS

describe('the table of settings', () => {
  it.each(ROWS.map((row) => [row.key, row] as const))('calls %s the same everywhere', (key, row) => {
    const words = key.replace(/[A-Z]/g, (letter) => `_${letter}`)
    expect(row.variable).toBe(`LOCKER_${words.toUpperCase()}`)
    if (row.flag !== undefined) expect(row.flag).toBe(words.replaceAll('_', '-').toLowerCase())
  })

  it('uses no name twice', () => {
    const names = ROWS.flatMap(({ key, flag, short }) =>
      [key, flag, short].filter((name) => name !== undefined),
    )
    const distinct = new Set(ROWS.map(({ variable }) => variable))
    expect(distinct.size).toBe(ROWS.length)
    expect(new Set(names).size).toBe(names.length - ROWS.filter(({ key, flag }) => key === flag).length)
  })

  it('has one line of documentation for each, short enough for --help', () => {
    for (const { doc } of ROWS) expect(doc).toMatch(/^[^\n]{5,60}$/)
  })

  it('gives a flag to everything that may come from one, and to nothing else', () => {
    const withFlag = ROWS.filter(({ flag }) => flag !== undefined).map(({ key }) => key)
    expect(listKeys('flag')).toEqual(withFlag)
    expect(withFlag).toEqual(ROWS.map(({ key }) => key).filter((key) => !NO_FLAG.includes(key)))
  })

  it('keeps out of locker.json what a stranger must not set', () => {
    const refused = ROWS.map(({ key }) => key).filter(
      (key) => !listKeys('locker.json').some((own) => own === key),
    )
    expect(refused).toEqual([
      ...['accessKeyId', 'secretAccessKey', 'accessKeySecret', 'allow', 'apiBase', 'headers'],
      ...['caFile', 'unsafe', 'onError', 'disable'],
    ])
  })

  it('takes everything from variables, and all but dotenv from a .env', () => {
    expect(listKeys('environment')).toHaveLength(ROWS.length)
    expect(listKeys('environment').filter((key) => !listKeys('.env').includes(key))).toEqual(['dotenv'])
  })

  it.each([
    ['timeoutMs', 'MS', 'milliseconds', 1, 600_000],
    ['restTime', 'SECONDS', 'seconds', 0, 999_999_999],
    ['maxStale', 'SECONDS', 'seconds', 0, 999_999_999],
  ] as const)('takes for %s whole %s, and says which', (key, placeholder, unit, min, max) => {
    const { kind } = settingOf(key)
    expect(kind.placeholder).toBe(placeholder)
    expect([min, max].map((value) => kind.decode(value, ''))).toEqual([min, max])
    const problem = new Problem(`must be a whole number of ${unit} from ${min} to ${max}`)
    for (const value of [min - 1, max + 1]) expect(kind.decode(value, '')).toEqual(problem)
  })

  it('finds a row by its key', () => {
    expect(settingOf('timeoutMs').variable).toBe('LOCKER_TIMEOUT_MS')
  })

  it('knows every variable that can hold a credential', () => {
    expect(CREDENTIAL_VARIABLES).toEqual([
      ...['LOCKER_ACCESS_KEY_ID', 'LOCKER_ACCESS_KEY_ID_FILE'],
      ...['LOCKER_SECRET_ACCESS_KEY', 'LOCKER_SECRET_ACCESS_KEY_FILE'],
      ...['LOCKER_ACCESS_KEY_SECRET', 'LOCKER_ACCESS_KEY_SECRET_FILE'],
      'LOCKER_HEADERS',
    ])
  })
})

const NO_FLAG = ['accessKeyId', 'secretAccessKey', 'accessKeySecret', 'headers', 'disable']
