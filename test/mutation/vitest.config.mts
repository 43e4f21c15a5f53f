/** The tests that mutants must not survive: those of the mutated folders, which start no built program. */
import { mergeConfig } from 'vitest/config'
import base from '../vitest.config.mts'

// As test/http/retry-after.test.ts sets it: in a thread, which is where Stryker runs tests, that comes too late.
process.env['TZ'] = 'Asia/Ho_Chi_Minh'

const config = mergeConfig(base, {
  test: {
    // Starts a shell and a Node for each of its questions.
    exclude: ['test/environment/format-shell.test.ts'],
    // Mutants must die every time, not by chance; with one seed, few runs are as good as many.
    env: { FUZZ_SEED: '1', FUZZ_RUNS: '50' },
    testTimeout: 10_000,
    // They share nothing but modules, and loading those for each file takes longer than the tests.
    isolate: false,
  },
})
config.test.include = [
  'test/{crypto,wire,environment,config}/*.test.ts',
  'test/http/{answer-parser,request-text,retry,retry-after,failure,network-failure}.test.ts',
]

export default config
