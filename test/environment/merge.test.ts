import { describe, expect, it } from 'vitest'
import { LockerError } from '../../src/errors.ts'
import { type Merged, merge } from '../../src/environment/merge.ts'
import type { ReportRow } from '../../src/environment/report.ts'
import { layersOf, PLAIN } from './policies.ts'

const { all, environment, dotenv, process: set } = { all: 'all', environment: 'own', dotenv: 'file', process: 'set' }

describe('precedence', () => {
  const N = 'NAME'
  it.each<[string, object, object, object, object, string | undefined, ReportRow]>([
    ['ALL alone', {}, { N: all }, {}, {}, all, { name: 'N', key: 'N', source: 'ALL', hid: [] }],
    ['environment over ALL', {}, { N: all }, { N: environment }, {}, environment, row('environment', ['ALL'])],
    ['.env over both', {}, { N: all }, { N: environment }, { N: dotenv }, dotenv, row('.env', ['environment', 'ALL'])],
    ['.env alone', {}, {}, {}, { N: dotenv }, dotenv, { name: 'N', source: '.env', hid: [] }],
    [
      'what is set over everything',
      { N: set },
      { N: all },
      { N: environment },
      { N: dotenv },
      undefined,
      row('process', ['.env', 'environment', 'ALL']),
    ],
    ['an empty variable, which is set', { N: '' }, { N: all }, {}, {}, undefined, row('process', ['ALL'])],
    ['an undefined one, which is not', { N: undefined }, { N: all }, {}, {}, all, row('ALL', [])],
    ['an empty secret', {}, { N: all }, { N: '' }, {}, '', row('environment', ['ALL'])],
  ])('puts %s', (_, base, ofAll, ofEnvironment, file, value, expected) => {
    const layers = layersOf({ ...ofAll }, { ...ofEnvironment }, { ...file })
    const merged = merge({ ...base }, layers, PLAIN, 'linux')
    expect(merged.injected.get('N')).toBe(value)
    expect(merged.report).toEqual([expected])
    expect(N).toBeDefined()
  })
})

function row(source: ReportRow['source'], hid: ReportRow['hid']): ReportRow {
  return { name: 'N', key: 'N', source, hid }
}
