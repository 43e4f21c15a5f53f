import { expect, it } from 'vitest'
import { keepEnvironmentOut } from '../src/reports.ts'

it.each([
  ['tells a Node that can', 'v24.0.0', { excludeEnv: false }, { excludeEnv: true }],
  ['leaves one as it is that can not', 'v22.12.0', {}, {}],
  ['asks no older Node', 'v20.19.0', { excludeEnv: false }, { excludeEnv: false }],
])('%s to keep the environment out of reports', (_, version, report, expected) => {
  keepEnvironmentOut({ version, report })
  expect(report).toEqual(expected)
})
