import { defineConfig } from 'vitest/config'

/** Apart from the other tests: these need the built package, and take minutes. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/acceptance/**/*.test.ts'],
    globalSetup: ['test/temporary-folder.ts', 'test/acceptance/install.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One file fills this machine: processes that start others, up to 200 at once.
    fileParallelism: false,
  },
})
