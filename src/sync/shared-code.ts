/**
 * A bundle's compiled code, from the thread that waits to its worker. The worker comes up in 20 ms on Node 20 and 25 on 24,
 * and would then compile `fetch.cjs` for 4; meanwhile the waiting thread has nothing to do. It stays in memory, and is not
 * kept as in `../compile-cache.ts`: a worker that has answered is gone before it could keep what it ran.
 */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Script } from 'node:vm'

/** The state, and how many bytes of code there are. */
const HEADER_WORDS = 2
const HEADER_BYTES = HEADER_WORDS * 4
const STATE = 0
const LENGTH = 1
const READY = 1

/** More than V8 makes of `fetch.cjs`, 170 KB. What isn't written to takes no memory. */
const MAX_CODE_BYTES = 1024 * 1024

/** As Node has it, so that both threads compile the same. */
const [HEAD, TAIL] = ['(function (exports, require, module, __filename, __dirname) { ', '\n})']

/** Where one thread puts a bundle's code for another one. */
export type SharedCode = SharedArrayBuffer

/** @returns nothing yet, for the worker that is about to be started */
export function createSharedCode(): SharedCode {
  return new SharedArrayBuffer(HEADER_BYTES + MAX_CODE_BYTES)
}

/**
 * For the thread that waits. Never fails: what can't be shared, the worker compiles itself.
 *
 * @param file the bundle, absolute
 */
export function shareCode(shared: SharedCode, file: string): void {
  try {
    const code = new Script(readSource(file), { filename: file }).createCachedData()
    new Uint8Array(shared, HEADER_BYTES).set(code)
    const header = new Int32Array(shared, 0, HEADER_WORDS)
    header[LENGTH] = code.length
    Atomics.store(header, STATE, READY)
  } catch {
    // More than there is room for, or no file.
  }
}

/**
 * For the worker, in place of `require`.
 *
 * @param file as it was given to {@link shareCode}
 * @param require of a bundle beside it
 * @returns what the bundle exports; undefined: its code has not been shared, or another V8's
 */
export function requireShared<Exports>(
  shared: SharedCode,
  file: string,
  require: NodeJS.Require,
): Exports | undefined {
  const header = new Int32Array(shared, 0, HEADER_WORDS)
  if (Atomics.load(header, STATE) !== READY) return undefined
  // A copy: V8 takes none that two threads can write to.
  const cachedData = Buffer.from(new Uint8Array(shared, HEADER_BYTES, header[LENGTH]))
  const script = new Script(readSource(file), { filename: file, cachedData })
  if (script.cachedDataRejected) return undefined
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
  return module.exports as Exports
}

function readSource(file: string): string {
  return HEAD + readFileSync(file, 'utf8') + TAIL
}
