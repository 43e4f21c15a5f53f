import { defineConfig } from 'vitest/config'
import { watModule } from '../.ci/wat.mjs'

export default defineConfig({
  plugins: [watModule()],
  define: { VERSION: JSON.stringify('0.0.0-test') },
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/acceptance/**', 'test/smoke/**'],
    globalSetup: ['test/temporary-folder.ts', 'test/fuzz/runs.ts'],
    setupFiles: 'test/fuzz/setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
