/**
 * V8's code of a bundle of ours, kept beside it, as Python does: reading and compiling is what a cold start does longest after
 * waiting for Node.
 *
 * Not in the cache's folder: whoever can write beside a bundle can write the bundle, so nothing is trusted that was not
 * before. And not by Node's own compile cache, which Node 20 has not, which would take in the whole program, and which keeps
 * a process waiting that is done.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs'
import { Script } from 'node:vm'

/** Of the files' names. */
export const KEPT_ENDING = '.compiled'
/** As Node has it. The bundles are ASCII. */
const HEAD = '(function (exports, require, module, __filename, __dirname) { '
const TAIL = '\n})'

/** A bundle as V8 has it. */
export interface CompiledBundle {
  readonly script: Script
  /** What is kept of it; undefined: nothing that this V8 takes. */
  readonly code: Buffer | undefined
  /** What is in its file, and the file that its code is to be kept in, before that. */
  readonly source: string
  readonly kept: string
}

/** Whether Node's own variable says that no code is to be kept. */
export function isKeepingOff(): boolean {
  return Boolean(process.env['NODE_DISABLE_COMPILE_CACHE'])
}

/**
 * @param file absolute
 * @returns undefined: it can't be read, or is no program
 */
export function compileBundle(file: string): CompiledBundle | undefined {
  try {
    const source = readSource(file)
    const plain = compileWith(file, source, keptFile(file))
    if (plain.code === undefined || !plain.script.cachedDataRejected) return plain
    // V8 takes no code that was made under other flags, such as a heap's size: those have a file of their own.
    const { cachedDataVersionTag } = process.getBuiltinModule('node:v8')
    const own = compileWith(file, source, keptFile(file, cachedDataVersionTag()))
    return own.script.cachedDataRejected ? { ...own, code: undefined } : own
  } catch {
    return undefined
  }
}

/**
 * The same for another thread, which has been given the code.
 *
 * @returns undefined: V8 does not take it
 * @throws what the file system throws
 */
export function compileFrom(file: string, code: Buffer): Script | undefined {
  const script = newScript(file, readSource(file), code)
  return script.cachedDataRejected ? undefined : script
}

/** @returns whether it is likely that there is nothing left to compile of a file */
export function isKept(file: string): boolean {
  return !isKeepingOff() && existsSync(keptFile(file))
}

function compileWith(file: string, source: string, kept: string): CompiledBundle {
  const code = isKeepingOff() ? undefined : readKept(kept, source)
  return { script: newScript(file, source, code), code, source, kept }
}

function newScript(file: string, source: string, code: Buffer | undefined): Script {
  const options = { filename: file, columnOffset: -HEAD.length }
  const text = HEAD + source + TAIL
  return new Script(text, code === undefined ? options : { ...options, cachedData: code })
}

/**
 * V8 compares nothing but versions and lengths, and runs whatever is damaged. So the source is there as well, and the code
 * twice: to compare takes 0.05 ms, and any checksum that Node has without `node:crypto` takes 1.
 *
 * @returns undefined: there is none, or it is of another source, or damaged
 */
function readKept(kept: string, source: string): Buffer | undefined {
  try {
    const bytes = readBytes(kept)
    const length = (bytes.length - source.length) / 2
    // First, since V8 would copy what does not begin at a whole word.
    const code = bytes.subarray(0, length)
    const isWhole = code.equals(bytes.subarray(length, 2 * length))
    return isWhole && bytes.toString('latin1', 2 * length) === source ? code : undefined
  } catch {
    return undefined
  }
}

/** As Node has just read the file that this is in. */
function readSource(file: string): string {
  return readFileSync(file, 'utf8')
}

/** By what else a start reads files with: the first use of `readFileSync` for bytes takes 0.5 ms on Node 20. */
function readBytes(file: string): Buffer {
  // O_NONBLOCK: a pipe in the file's place must not hang us.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const { size } = fstatSync(descriptor)
    const bytes = Buffer.allocUnsafe(size)
    if (readSync(descriptor, bytes, 0, size, 0) === size) return bytes
    throw new Error('the file has changed')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Beside the bundle, and not in a folder: what root has made here, the package's owner can remove. For one Node alone, as V8
 * on Node 20 does not notice another build of the same version: one made for Alpine, in a folder shared with its host. No link
 * leads to `execPath`, and records are looked at by `lstat` as well.
 */
function keptFile(file: string, ...flags: number[]): string {
  const { version, platform, arch, execPath } = process
  const { size } = lstatSync(execPath)
  return `${file}.${[version, platform, arch, size, ...flags].join('-')}${KEPT_ENDING}`
}
