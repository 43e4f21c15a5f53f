// Has a bundle ask Node once for each module of its own, where esbuild asks again for each file that imports it: on Node 24,
// every `require` takes 10 to 20 µs.
import MagicString from 'magic-string'
import { parseAst } from 'rollup/parseAst'

/**
 * @param {string} source of a CommonJS bundle by esbuild
 * @returns {string} the same program: what is imported again is what it was the first time
 */
export function requireOnce(source) {
  const edited = new MagicString(source)
  const holders = new Map()
  // Of the outermost statements only, each of which runs, one after the other.
  const statements = parseAst(source, { allowReturnOutsideFunction: true }).body
  for (const { id, init } of statements.flatMap(({ declarations = [] }) => declarations)) {
    const name = isImported(id) ? builtinOf(init) : undefined
    if (name === undefined) continue
    const holder = holders.get(name)
    if (holder === undefined) holders.set(name, id.name)
    else edited.overwrite(init.start, init.end, holder)
  }
  return edited.toString()
}

/** As esbuild names what an `import` became, to which nothing is ever assigned again. */
function isImported(id) {
  return id.type === 'Identifier' && id.name.startsWith('import_node_')
}

function builtinOf(init) {
  const isRequired = init?.type === 'CallExpression' && init.callee.name === 'require'
  const name = isRequired ? init.arguments[0].value : undefined
  return typeof name === 'string' && name.startsWith('node:') ? name : undefined
}
