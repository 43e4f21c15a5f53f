import { defineConfig } from 'vitest/config'

/** The installed package on every Node that it supports: each test starts processes of that Node. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/smoke/**/*.test.ts'],
    globalSetup: ['test/temporary-folder.ts', 'test/acceptance/install.ts', 'test/smoke/fetch-nodes.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
})
