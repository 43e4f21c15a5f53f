import { expect, it } from 'vitest'
import { keepEnvironmentOut } from '../src/reports.ts'

it.each([
  ['tells a Node that can', { excludeEnv: false }, { excludeEnv: true }],
  ['leaves an older Node as it is', {}, {}],
])('%s to keep the environment out of reports', (_, report, expected) => {
  keepEnvironmentOut(report)
  expect(report).toEqual(expected)
})
