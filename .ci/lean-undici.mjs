// undici without what a start never uses: we speak HTTP/1.1, send strings and read bodies ourselves, so neither
// HTTP/2, nor fetch's bodies, nor node:http's classes are ever reached.

/** What undici's files require → what stands in for it. */
const STAND_INS = {
  './client-h2.js': `module.exports = () => { throw new Error('HTTP/2 is switched off') }`,
  '../web/fetch/body.js': `module.exports = {}`,
  'node:http': `module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} }`,
}

export const leanUndici = {
  name: 'lean-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(\.\/client-h2\.js|\.\.\/web\/fetch\/body\.js|node:http)$/ }, ({ path, importer }) =>
      /[\\/]undici[\\/]lib[\\/]/.test(importer) ? { path, namespace: 'lean-undici' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'lean-undici' }, ({ path }) => ({ contents: STAND_INS[path] }))
  },
}
