// For `import readWasm from './name.wat'`: WebAssembly text as a function that returns the module's bytes. They lie as base64
// in the bundle's own source, since a file of its own costs a start 0.1 ms, and a kilobyte of source next to nothing.
import { readFileSync } from 'node:fs'
import wabt from 'wabt'

/** For esbuild. */
export const wat = {
  name: 'wat',
  setup({ onLoad }) {
    onLoad({ filter: /\.wat$/ }, async ({ path }) => ({ contents: await compile(path) }))
  },
}

/** For vitest. @returns {import('vite').Plugin} */
export function watModule() {
  return {
    name: 'wat',
    enforce: 'pre',
    load: (id) => (id.endsWith('.wat') ? compile(id) : undefined),
  }
}

/** @param {string} path */
async function compile(path) {
  const { parseWat } = await wabt()
  const module = parseWat(path, readFileSync(path, 'utf8'))
  module.validate()
  const { buffer } = module.toBinary({})
  module.destroy()
  return `export default () => Buffer.from('${Buffer.from(buffer).toString('base64')}', 'base64')`
}
