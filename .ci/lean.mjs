// undici and synckit without what a start never uses. Measured on Node 20, loading each bundle, medians of pairs:
// fetch.cjs (undici) takes half as long without node:http, which brings http, tls and streams, and without
// HTTP/2; bridge.cjs (synckit) two thirds without its TypeScript runners' module resolvers.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('..', import.meta.url))

const { ERROR, TYPE } = require('undici/lib/llhttp/constants.js')
const { channels } = require('undici/lib/core/diagnostics.js')

/** Who requires what → what stands in for it. */
const STAND_INS = [
  // We speak HTTP/1.1, send strings and read bodies ourselves, and put what is asked for into the path.
  ['undici', './client-h2.js', `module.exports = () => { throw new Error('HTTP/2 is switched off') }`],
  ['undici', '../web/fetch/body.js', 'module.exports = {}'],
  ['undici', 'node:http', 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} }'],
  // What a client uses of the parser's tables, without computing the rest.
  ['undici', '../llhttp/constants.js', `module.exports = ${JSON.stringify({ ERROR, TYPE })}`],
  // Whoever subscribes to undici's channels would be shown our requests, and the access key in them.
  ...['./diagnostics.js', '../core/diagnostics.js'].map((path) => [
    'undici',
    path,
    `const silent = { hasSubscribers: false }
     module.exports = { channels: { ${Object.keys(channels).map((name) => `${name}: silent`)} } }`,
  ]),
  // Tables of every header's name: what isn't in them, undici checks and spells in lower case itself.
  ['undici', './constants', 'module.exports = { headerNameLowerCasedRecord: Object.create(null) }'],
  ['undici', './tree', 'module.exports = { tree: { lookup: () => undefined } }'],
  // It would open stderr to learn its colours: loaded once there is a defect to tell.
  [
    'undici',
    'node:assert',
    `module.exports = (value, message) => value || require('assert')(value, message)`,
  ],
  [
    'undici',
    '../llhttp/llhttp_simd-wasm.js',
    `module.exports = require('undici/lib/llhttp/llhttp_simd-wasm.js')`,
  ],
  // In a file of its own, which to read takes 0.1 ms. As base64 in the source: 0.8, with every load of that.
  [
    'src',
    'undici/lib/llhttp/llhttp_simd-wasm.js',
    `require('./src/http/tier-up.ts').prepareCompilation()
     module.exports = require('node:fs').readFileSync(require('node:path').join(__dirname, require('./llhttp.wasm')))`,
  ],
  // For processors without SIMD: a file of its own, read by nobody else.
  [
    'undici',
    '../llhttp/llhttp-wasm.js',
    `require('./src/http/tier-up.ts').prepareCompilation()
     module.exports = require('./llhttp.cjs')`,
  ],
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
  setup({ initialOptions, onResolve, onLoad }) {
    initialOptions.assetNames = '[name]'
    onResolve({ filter: /./ }, ({ path, importer }) => {
      const [, owner = 'src'] = /[\\/]node_modules[\\/](undici|synckit)[\\/]lib[\\/]/.exec(importer) ?? []
      const index = STAND_INS.findIndex(([name, specifier]) => name === owner && specifier === path)
      return index < 0 ? undefined : { path: String(index), namespace: 'lean' }
    })
    onResolve({ filter: /^\.\/llhttp\.cjs$/, namespace: 'lean' }, ({ path }) => ({ path, external: true }))
    onResolve({ filter: /^\.\/llhttp\.wasm$/, namespace: 'lean' }, ({ path }) => ({
      path,
      namespace: 'wasm',
    }))
    onLoad({ filter: /./, namespace: 'wasm' }, () => ({
      contents: require('undici/lib/llhttp/llhttp_simd-wasm.js'),
      loader: 'file',
    }))
    onLoad({ filter: /./, namespace: 'lean' }, ({ path }) => ({
      contents: STAND_INS[Number(path)][2],
      resolveDir: root,
    }))
  },
}
