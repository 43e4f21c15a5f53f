// One CommonJS bundle as dist holds them: build.mjs makes all of them, a test those that it needs.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { lean } from './lean.mjs'
import { requireOnce } from './require-once.mjs'
import { wat } from './wat.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))

/** synckit starts its worker with `node:worker_threads`; ours takes its place. See src/sync/worker-threads.ts. */
const guardWorkers = {
  name: 'guard-workers',
  setup({ onResolve }) {
    const ours = { path: resolve(root, 'src/sync/worker-threads.ts') }
    onResolve({ filter: /^node:worker_threads$/ }, ({ importer }) =>
      /[\\/]synckit[\\/]lib[\\/]/.test(importer) ? ours : undefined,
    )
  },
}

/** Deferred bundles are loaded by path at run time: see src/deferred.ts. */
const deferBundles = {
  name: 'defer-bundles',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/[\w-]+\.cjs$/ }, ({ path, importer }) =>
      importer.startsWith(resolve(root, 'src')) ? { path, external: true } : undefined,
    )
  },
}

/**
 * @param {string} entry from the root: src/register.ts
 * @param {string} outfile from the root, or absolute
 * @returns {Promise<string[]>} every file that went in, from the root
 */
export async function bundle(entry, outfile) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [deferBundles, guardWorkers, lean, wat],
    // Names stay, for whoever reads a stack trace or the package: they cost a start nothing.
    minifyWhitespace: true,
    minifySyntax: true,
    define: { VERSION: JSON.stringify(version) },
  })
  const file = resolve(root, outfile)
  writeFileSync(file, requireOnce(readFileSync(file, 'utf8')))
  return Object.keys(metafile.inputs)
}
