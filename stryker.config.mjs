/**
 * Do the tests bite? `npm run mutation` changes the sources one piece at a time and tells which changes no test sees:
 * of the code that decides about keys, records, names, settings and tries, all of which is pure enough to be asked often.
 *
 * Single files: `npm run mutation -- --mutate src/wire/decode.ts,src/environment/merge.ts`, written out, since a comma in
 * braces separates as well.
 */
export default {
  testRunner: 'vitest',
  // Not found by name where the packages are linked.
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.mts' },
  mutate: [
    'src/{crypto,wire,environment,config}/*.ts',
    'src/http/{answer-parser,request-text,retry,retry-after,failure}.ts',
  ],
  // Each mutant meets only the tests that come by it.
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // What loops for ever is a mutant found, and a busy machine is no such loop.
  timeoutMS: 10_000,
  // A second run asks only about what changed since.
  incremental: true,
  incrementalFile: 'node_modules/.cache/mutation/incremental.json',
  // The copy that a failed run leaves would be linted with the project.
  cleanTempDir: 'always',
  // Large, and no part of any test here.
  ignorePatterns: ['/dist', '/test/bench', '/coverage'],
  reporters: ['clear-text', 'progress-append-only', 'html'],
  htmlReporter: { fileName: 'node_modules/.cache/mutation/report.html' },
  clearTextReporter: { reportTests: false, allowEmojis: false },
  thresholds: { high: 95, low: 90, break: 85 },
}
