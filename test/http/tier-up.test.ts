import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { DEFAULT_BUDGETS } from '../../src/http/tier-up.ts'

it("knows this V8's own budget, which it puts back", () => {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8', env: {} })
  const [, budget] = /--wasm-tiering-budget=(\d+)/.exec(options) ?? []
  expect(DEFAULT_BUDGETS.get(Number.parseInt(process.versions.node, 10))).toBe(Number(budget))
})
