/**
 * V8's code of a bundle of ours, kept beside it, as Python does: reading and compiling is what a cold start does longest after
 * waiting for Node.
 *
 * Not in the cache's folder: whoever can write beside a bundle can write the bundle, so nothing is trusted that was not
 * before. And not by Node's own compile cache, which Node 20 has not, which would take in the whole program, and which keeps
 * a process waiting that is done.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** Of the files' names. */
const KEPT_ENDING = '.compiled'
/** With more than this, of other Nodes, other flags and former versions, most is of no use: all is made anew, then. */
const MAX_KEPT = 32
/** From a start to the writing of what it compiled: whoever ends sooner, as in a container, is not kept waiting for nothing. */
const KEEP_AFTER_MS = 1000
/** As Node has it. The bundles are ASCII. */
const HEAD = '(function (exports, require, module, __filename, __dirname) { '
const TAIL = '\n})'

/** A bundle as V8 has it. */
export interface CompiledBundle {
  readonly script: Script
  /** What is kept of it; undefined: nothing that this V8 takes. */
  readonly code: Buffer | undefined
  /** What V8 compiled, and the file that its code is to be kept in, behind it. */
  readonly text: Buffer
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
    const text = readWithin(HEAD, file, TAIL)
    const plain = compileWith(file, text, keptFile(file))
    if (plain.code === undefined || !plain.script.cachedDataRejected) return plain
    // V8 takes no code that was made under other flags, such as a heap's size: those have a file of their own.
    const { cachedDataVersionTag } = process.getBuiltinModule('node:v8')
    const own = compileWith(file, text, keptFile(file, cachedDataVersionTag()))
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
  const script = newScript(file, readWithin(HEAD, file, TAIL), code)
  return script.cachedDataRejected ? undefined : script
}

/** @returns whether it is likely that there is nothing left to compile of a file */
export function isKept(file: string): boolean {
  return !isKeepingOff() && existsSync(keptFile(file))
}

/** @returns whether its code is not kept yet, and can be */
export function isToBeKept({ code, kept }: CompiledBundle): boolean {
  if (code !== undefined || isKeepingOff()) return false
  try {
    accessSync(dirname(kept), constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** @throws what the file system throws */
export function keepCode({ text, kept }: CompiledBundle, code: Buffer): void {
  prune(dirname(kept))
  const temporary = `${kept}.${Math.random().toString(36).slice(2)}.tmp`
  try {
    writeDurably(temporary, [text, code, code])
    renameSync(temporary, kept)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/**
 * Calls back in a second, but keeps no process alive for it, and none is hurt: what can't be kept is not kept.
 *
 * @param keep may throw
 */
export function keepLater(keep: () => void): void {
  const tryToKeep = () => {
    try {
      keep()
    } catch {
      // No room, no permission, no such folder any more: a program is none the worse for it.
    }
  }
  // Not the global one, which a test's environment may have replaced.
  process.getBuiltinModule('node:timers').setTimeout(tryToKeep, KEEP_AFTER_MS).unref()
}

function compileWith(file: string, text: Buffer, kept: string): CompiledBundle {
  const code = isKeepingOff() ? undefined : readKept(kept, text)
  return { script: newScript(file, text, code), code, text, kept }
}

function newScript(file: string, text: Buffer, code: Buffer | undefined): Script {
  const options = { filename: file, columnOffset: -HEAD.length }
  return new Script(text.toString('latin1'), code === undefined ? options : { ...options, cachedData: code })
}

/**
 * V8 compares nothing but versions and lengths, and runs whatever is damaged. So the text is there as well, and the code twice:
 * to compare takes 0.05 ms, and any checksum that Node has without `node:crypto` takes 1.
 *
 * @returns undefined: there is none, or it is of another text, or damaged
 */
function readKept(kept: string, text: Buffer): Buffer | undefined {
  try {
    const bytes = readWithin('', kept, '')
    const codes = bytes.subarray(text.length)
    const [code, copy] = [codes.subarray(0, codes.length / 2), codes.subarray(codes.length / 2)]
    return bytes.subarray(0, text.length).equals(text) && code.equals(copy) ? code : undefined
  } catch {
    return undefined
  }
}

/** By what else a start reads files with: of `readFileSync`, the first use takes 0.5 ms on Node 20. */
function readWithin(head: string, file: string, tail: string): Buffer {
  // O_NONBLOCK: a pipe in the file's place must not hang us.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
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

/** Makes room, and takes away what a killed process left half-written. */
function prune(folder: string): void {
  const files = readdirSync(folder).filter((file) => file.includes(KEPT_ENDING))
  if (files.length > MAX_KEPT) for (const file of files) rmSync(join(folder, file), { force: true })
}

/** All of it is there before the file gets its name. */
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
