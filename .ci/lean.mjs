// undici and synckit without what a start never uses. Measured on Node 20, loading each bundle, medians of pairs:
// fetch.cjs (undici) takes half as long without node:http, which brings http, tls and streams, and without
// HTTP/2; bridge.cjs (synckit) two thirds without its TypeScript runners' module resolvers.
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Who requires what → what stands in for it. */
const STAND_INS = [
  // We speak HTTP/1.1, send strings and read bodies ourselves, and put what is asked for into the path.
  ['undici', './client-h2.js', `module.exports = () => { throw new Error('HTTP/2 is switched off') }`],
  ['undici', '../web/fetch/body.js', 'module.exports = {}'],
  ['undici', 'node:http', 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} }'],
  // It would open stderr to learn its colours: loaded once there is a defect to tell.
  [
    'undici',
    'node:assert',
    `module.exports = (value, message) => value || require('assert')(value, message)`,
  ],
  [
    'undici',
    '../llhttp/llhttp_simd-wasm.js',
    `require('./src/http/tier-up.ts').prepareCompilation()
     module.exports = require('undici/lib/llhttp/llhttp_simd-wasm.js')`,
  ],
  // For processors without SIMD: a file of its own, read by nobody else.
  ['undici', '../llhttp/llhttp-wasm.js', `module.exports = require('./llhttp.cjs')`],
  // Our workers are .cjs files without global shims: synckit has nothing to resolve for them.
  ['synckit', '@dual-bundle/import-meta-resolve', 'export const moduleResolve = undefined'],
  [
    'synckit',
    '@pkgr/core',
    'export const tryExtensions = () => "", findUp = () => "", cjsRequire = undefined, isPkgAvailable = () => false',
  ],
]

export const lean = {
  name: 'lean',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, importer }) => {
      const [, owner] = /[\\/]node_modules[\\/](undici|synckit)[\\/]lib[\\/]/.exec(importer) ?? []
      const index = STAND_INS.findIndex(([name, specifier]) => name === owner && specifier === path)
      return index < 0 ? undefined : { path: String(index), namespace: 'lean' }
    })
    onResolve({ filter: /^\.\/llhttp\.cjs$/, namespace: 'lean' }, ({ path }) => ({ path, external: true }))
    onLoad({ filter: /./, namespace: 'lean' }, ({ path }) => ({
      contents: STAND_INS[Number(path)][2],
      resolveDir: root,
    }))
  },
}
