/**
 * V8's compiled code of our own bundles, kept beside them as Python keeps its own: reading and compiling them is what a cold
 * start does longest after waiting for Node. Measured in pairs, Node 20 and 24: a cold `--import` takes 7.8 of 80 ms less, and
 * 6 of 79; a cold locker-run 12 of 105, and 10 of 110.
 *
 * Not Node's own compile cache, which Node 20 has not, which would take in the whole program, and which keeps a process
 * waiting that is done. And only in a bundle's own folder: whoever can write there can write the bundle, so nothing is
 * trusted that was not before.
 */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'

/** From a start to the writing of what it compiled: whoever ends sooner, as in a container, is not kept waiting for nothing. */
const KEEP_AFTER_MS = 1000
/** Of the files' names. */
export const KEPT_ENDING = '.compiled'
/** As Node has it. The bundles are ASCII. */
const HEAD = '(function (exports, require, module, __filename, __dirname) { '
const TAIL = '\n})'

/** What was compiled, since no code of it was kept. */
interface Compiled {
  readonly text: Buffer
  readonly script: Script
  /** Where it is to be kept: text, then code. */
  readonly kept: string
}

const compiled: Compiled[] = []

/**
 * Loads a bundle by the code that is kept of it, and so whatever it requires beside it. For where Node itself loads us: a
 * test runner that loads modules in its own way means something else by `process`.
 *
 * @param id of a bundle beside this one: `./register.cjs`
 * @returns what it exports; undefined: to be required as usual, which also tells what is wrong with it
 * @throws whatever the bundle throws
 */
export function requireCompiled<Exports>(id: string): Exports | undefined {
  if (process.env['NODE_DISABLE_COMPILE_CACHE']) return undefined
  const file = join(__dirname, id)
  const known = require.cache[file]
  if (known !== undefined) return known.exports
  const run = compile(file)?.runInThisContext()
  if (run === undefined) return undefined
  // Node's own kind, without `node:module`: 0.1 ms.
  const loaded: NodeJS.Module = Reflect.construct(module.constructor, [file])
  require.cache[file] = loaded
  try {
    const requireBeside = (wanted: string) =>
      (wanted.startsWith('./') ? requireCompiled(wanted) : undefined) ?? require(wanted)
    run(loaded.exports, Object.assign(requireBeside, require), loaded, file, __dirname)
  } catch (error) {
    delete require.cache[file]
    throw error
  }
  loaded.loaded = true
  return loaded.exports
}

/**
 * Keeps, later, what had to be compiled: to be called when a start is over, which has run by then what the next one will run.
 * Where nothing can be written, nothing is.
 */
export function keepCompiled(): void {
  if (compiled.length > 0) setTimeout(() => compiled.splice(0).forEach(keep), KEEP_AFTER_MS).unref()
}

/** @returns undefined: it can't be read, or is no program */
function compile(file: string): Script | undefined {
  try {
    const text = readWithin(HEAD, file, TAIL)
    const plain = compileWith(file, text, keptFile(file))
    // V8 takes no code that was made under other flags, such as a heap's size: those have a file of their own.
    return plain.isRejected
      ? compileWith(file, text, keptFile(file, cachedDataVersionTag())).script
      : plain.script
  } catch {
    return undefined
  }
}

/** @param kept where the code is, or will be unless V8 rejects what is there */
function compileWith(file: string, text: Buffer, kept: string): { script: Script; isRejected: boolean } {
  const code = readKept(kept, text)
  const options = { filename: file, columnOffset: -HEAD.length, ...(code && { cachedData: code }) }
  const script = new Script(text.toString('latin1'), options)
  if (code === undefined) compiled.push({ text, script, kept })
  return { script, isRejected: script.cachedDataRejected === true }
}

/** @returns undefined: there is none, or it is another text's, which V8 does not notice where the length is the same */
function readKept(kept: string, text: Buffer): Buffer | undefined {
  try {
    const bytes = readWithin('', kept, '')
    return bytes.subarray(0, text.length).equals(text) ? bytes.subarray(text.length) : undefined
  } catch {
    return undefined
  }
}

/** By what else a start reads files with: of `readFileSync`, the first use takes 0.5 ms on Node 20. */
function readWithin(head: string, file: string, tail: string): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const bytes = Buffer.allocUnsafeSlow(head.length + size + tail.length)
    bytes.write(head, 'latin1')
    bytes.write(tail, head.length + size, 'latin1')
    if (readSync(descriptor, bytes, head.length, size, 0) === size) return bytes
    throw new Error('the file has changed')
  } finally {
    closeSync(descriptor)
  }
}

function keep({ text, script, kept }: Compiled): void {
  const temporary = `${kept}.${process.pid}.tmp`
  try {
    // First, as it is what fails where a package is not the user's own.
    accessSync(__dirname, constants.W_OK)
    writeDurably(temporary, [text, script.createCachedData()])
    renameSync(temporary, kept)
  } catch {
    rmSync(temporary, { force: true })
  }
}

/** V8 runs whatever a power cut leaves, so that all of it has to be there before the file gets its name. */
function writeDurably(file: string, parts: readonly Buffer[]): void {
  const descriptor = openSync(file, 'wx', 0o644)
  try {
    for (const part of parts) writeFileSync(descriptor, part)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Beside the bundle, and not in a folder: what root has made here, the package's owner can remove. For one Node alone, as V8
 * on Node 20 does not notice another build of the same version: one made for Alpine, in a folder shared with its host.
 */
function keptFile(file: string, ...flags: number[]): string {
  const { version, platform, arch, execPath } = process
  const { size } = statSync(execPath)
  return `${file}.${[version, platform, arch, size, ...flags].join('-')}${KEPT_ENDING}`
}

function cachedDataVersionTag(): number {
  return process.getBuiltinModule('node:v8').cachedDataVersionTag()
}
