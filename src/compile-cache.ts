/**
 * `require` for our own bundles, by the code that is kept of them. Measured in pairs, Node 20 and 24: a cold `--import` takes
 * 8 % less, and 10; a cold locker-run 10 and 9.
 */
import { sep } from 'node:path'
import { type CompiledBundle, compileBundle, isKeepingOff } from './kept-code.ts'

/** What had to be compiled: `keep-code.ts` keeps it. */
export const compiled: CompiledBundle[] = []

/**
 * Loads a bundle, and so whatever it requires beside it. For where Node itself loads us: a test runner that loads modules in
 * its own way means something else by `process`.
 *
 * @param id of a bundle beside this one: `./register.cjs`
 * @returns what it exports; undefined: to be required as usual, which also tells what is wrong with it
 * @throws whatever the bundle throws
 */
export function requireCompiled<Exports>(id: string): Exports | undefined {
  if (isKeepingOff()) return undefined
  // Without `join`, which Node would have to compile.
  const file = `${__dirname}${sep}${id.slice(2)}`
  const known = require.cache[file]
  if (known !== undefined) return known.exports
  const bundle = compileBundle(file)
  if (bundle === undefined) return undefined
  if (bundle.code === undefined) compiled.push(bundle)
  // Node's own kind, without `node:module`: 0.1 ms.
  const loaded: NodeJS.Module = Reflect.construct(module.constructor, [file, module])
  Object.assign(loaded, { filename: file, paths: module.paths })
  require.cache[file] = loaded
  try {
    const requireBeside = (wanted: string) =>
      (wanted.startsWith('./') ? requireCompiled(wanted) : undefined) ?? require(wanted)
    const run = bundle.script.runInThisContext()
    run(loaded.exports, Object.assign(requireBeside, require), loaded, file, __dirname)
  } catch (error) {
    delete require.cache[file]
    throw error
  }
  loaded.loaded = true
  return loaded.exports
}
