/**
 * A bundle's compiled code, from the thread that waits to its worker. The worker comes up in 20 ms on Node 20 and 25 on 24,
 * and would then compile `fetch.cjs` for 4; meanwhile the waiting thread has nothing to do. And back again, with what the
 * worker ran: by the code that is kept of that, a cold `-r` takes 8 of 129 ms less on Node 20, and 6 of 147 on 24.
 */
import { dirname } from 'node:path'
import type { Script } from 'node:vm'
import { isToBeKept, keepCode } from '../keep-code.ts'
import { compileBundle, compileFrom } from '../kept-code.ts'

/** The state, and how many bytes of code there are. */
const HEADER_WORDS = 2
const HEADER_BYTES = HEADER_WORDS * 4
const STATE = 0
const LENGTH = 1
/** There is code. */
const READY = 1
/** There is code, and that of what ran is wanted. */
const WANTED = 2
/** There is code of what ran. */
const RETURNED = 3

/** More than V8 makes of `fetch.cjs`, 230 KB. What isn't written to takes no memory. */
const MAX_CODE_BYTES = 1024 * 1024

/** Where one thread puts a bundle's code for another one. */
export type SharedCode = SharedArrayBuffer

/** @returns nothing yet, for the worker that is about to be started */
export function createSharedCode(): SharedCode {
  return new SharedArrayBuffer(HEADER_BYTES + MAX_CODE_BYTES)
}

/**
 * For the thread that waits.
 *
 * @param file the bundle, absolute
 * @returns keeps the code of what the worker ran, if it has been returned by then; undefined: none is to be kept
 * @throws what V8 throws when there is no memory
 */
export function shareCode(shared: SharedCode, file: string): (() => void) | undefined {
  const bundle = compileBundle(file)
  if (bundle === undefined) return undefined
  const isWanted = isToBeKept(bundle)
  put(shared, bundle.code ?? bundle.script.createCachedData(), isWanted ? WANTED : READY)
  if (!isWanted) return undefined
  return () => {
    const [state, code] = take(shared)
    if (state === RETURNED) keepCode(bundle, code)
  }
}

/** A bundle that has been loaded by shared code. */
export interface SharedBundle<Exports> {
  readonly exports: Exports
  /** To be called when it has run what others will run: gives that back, where it is wanted. Again does nothing. */
  giveBack(): void
}

/**
 * For the worker, in place of `require`.
 *
 * @param file as it was given to {@link shareCode}
 * @param require of a bundle beside it
 * @returns undefined: its code has not been shared, or another V8's
 */
export function requireShared<Exports>(
  shared: SharedCode,
  file: string,
  require: NodeJS.Require,
): SharedBundle<Exports> | undefined {
  const [state, code] = take(shared)
  const script = state === READY || state === WANTED ? compileFrom(file, code) : undefined
  if (script === undefined) return undefined
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
  return { exports: module.exports as Exports, giveBack: () => giveBack(shared, script) }
}

function giveBack(shared: SharedCode, script: Script): void {
  if (stateOf(shared) === WANTED) put(shared, script.createCachedData(), RETURNED)
}

function put(shared: SharedCode, code: Buffer, state: number): void {
  const header = headerOf(shared)
  // Whoever looks meanwhile finds nothing.
  Atomics.store(header, STATE, 0)
  if (code.length > MAX_CODE_BYTES) return
  new Uint8Array(shared, HEADER_BYTES).set(code)
  header[LENGTH] = code.length
  Atomics.store(header, STATE, state)
}

/** A copy: V8 takes no code that two threads can write to. */
function take(shared: SharedCode): [state: number, code: Buffer] {
  const state = stateOf(shared)
  return [state, Buffer.from(new Uint8Array(shared, HEADER_BYTES, headerOf(shared)[LENGTH]))]
}

function stateOf(shared: SharedCode): number {
  return Atomics.load(headerOf(shared), STATE)
}

function headerOf(shared: SharedCode): Int32Array {
  return new Int32Array(shared, 0, HEADER_WORDS)
}
