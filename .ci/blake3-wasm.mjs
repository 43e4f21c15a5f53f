// hash-wasm's BLAKE3 as bytes, for `import readWasm from './blake3.wasm'`: the package itself instantiates asynchronously
// only. In a file of its own, which to read takes a start 0.1 ms; as base64 in each bundle's source, 0.2.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const SPECIFIER = './blake3.wasm'
/** As hash-wasm's build embeds it. */
const EMBEDDED = /name:"blake3",data:"([A-Za-z0-9+/=]+)",hash:"([0-9a-f]{8})"/

const READ_BESIDE_BUNDLE = `
  import { readFileSync } from 'node:fs'
  import file from '${SPECIFIER}'
  export default () => readFileSync(\`\${__dirname}/\${file}\`)`

/** For esbuild. */
export const blake3Wasm = {
  name: 'blake3-wasm',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/blake3\.wasm$/ }, ({ path, namespace }) => ({
      path,
      namespace: namespace === 'file' ? 'blake3-wasm' : 'blake3-bytes',
    }))
    onLoad({ filter: /./, namespace: 'blake3-wasm' }, () => ({ contents: READ_BESIDE_BUNDLE }))
    onLoad({ filter: /./, namespace: 'blake3-bytes' }, () => ({ contents: readBlake3(), loader: 'file' }))
  },
}

/** For vitest. @returns {import('vite').Plugin} */
export function blake3WasmModule() {
  const id = '\0blake3-wasm'
  return {
    name: 'blake3-wasm',
    enforce: 'pre',
    resolveId: (specifier) => (specifier === SPECIFIER ? id : undefined),
    load: (module) =>
      module === id
        ? `export default () => Buffer.from('${readBlake3().toString('base64')}', 'base64')`
        : undefined,
  }
}

function readBlake3() {
  const source = readFileSync(
    createRequire(import.meta.url).resolve('hash-wasm/dist/blake3.umd.min.js'),
    'utf8',
  )
  const [, data, hash] = EMBEDDED.exec(source) ?? []
  const bytes = Buffer.from(data ?? '', 'base64')
  if (createHash('sha1').update(bytes).digest('hex').slice(0, 8) !== hash) {
    throw new Error('hash-wasm does not hold BLAKE3 as it used to: see .ci/blake3-wasm.mjs')
  }
  return bytes
}
