/** `npm run fuzz`: the files that state properties, each property for FUZZ_SECONDS. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mergeConfig } from 'vitest/config'
import base from '../vitest.config.mts'

const TESTS = new URL('..', import.meta.url).pathname
const FUZZ_SECONDS = process.env['FUZZ_SECONDS'] ?? '20'

const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !/(^|\/)(node_modules|acceptance)\//.test(file))
  .filter((file) => readFileSync(join(TESTS, file), 'utf8').includes("from 'fast-check'"))

const config = mergeConfig(base, {
  test: {
    env: { FUZZ_SECONDS, FUZZ_RUNS: process.env['FUZZ_RUNS'] ?? '1000000000' },
    testTimeout: 0,
  },
})
config.test.include = files.map((file) => `test/${file}`)

export default config
