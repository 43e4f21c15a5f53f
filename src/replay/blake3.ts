/**
 * BLAKE3, one primitive for all that a record needs: to name it, to key it, to encrypt and to authenticate it. By
 * hash-wasm's WebAssembly, because `node:crypto`, with the streams that it loads, costs a start 3 ms on Node 20 and 7 on
 * 24, where this costs 1.5. https://github.com/BLAKE3-team/BLAKE3-specs
 */
import readWasm from './blake3.wasm'

/** Bytes of a key, and of a hash. */
export const HASH_BYTES = 32
/** What the module's memory takes and gives at once is twice as much. */
const STREAM_CHUNK_BYTES = 8192
/** One of BLAKE3's own chunks. With more at once it takes its way for many, which V8 would have to compile: 0.3 ms. */
const UPDATE_BYTES = 1024
const WORD_BYTES = 4

/**
 * V8 optimises WebAssembly that has run a little, on threads of its own, and a process waits for them to end. On Node 20
 * that is after 68 blocks of 64 bytes, and takes a warm start 3 ms. But each module counts for itself, where V8 can tell
 * two by their bytes: so one names, keys and authenticates, and its twin encrypts. That is enough for records of 3.3 KB, and
 * 50 variables come to less.
 */
const OPTIMISES_EARLY = process.versions.node.startsWith('20.')
/** An empty custom section, named `2`, at the end of a module. https://webassembly.github.io/spec/core/binary/modules.html */
const TWIN_SECTION = [0, 2, 1, 0x32]

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  Hash_GetBuffer(): number
  /** @param keyBytes of the key that lies in the buffer; 0: no key */
  Hash_Init(keyBytes: number): void
  Hash_Update(bytes: number): void
  Hash_Final(bytes: number): void
}

export interface Blake3 {
  /** @returns 32 bytes */
  hash(message: Uint8Array): Buffer
  /**
   * A pseudo-random function of the key: a MAC, or another key.
   *
   * @param key 32 bytes
   * @param parts of one message
   * @returns 32 bytes
   */
  keyed(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer
  /**
   * The same function's longer output, of an empty message.
   *
   * @param words how many of 4 bytes, at most 2048
   * @returns the words, until anything else is computed
   */
  keyStream(key: Uint8Array, words: number): Uint32Array
}

/** One instance of the module. */
interface Hasher {
  start(key?: Uint8Array): void
  update(message: Uint8Array): void
  /** @returns the module's own memory, until anything else is computed */
  finish(bytes: number): Uint8Array
}

/** @returns undefined where Node runs without WebAssembly, or has no memory for it: its address space may be limited */
export function createBlake3(): Blake3 | undefined {
  try {
    return openBlake3()
  } catch {
    return undefined
  }
}

/**
 * Functions rather than a class, whose methods V8 would compile one by one: 0.2 ms of a warm start.
 *
 * @throws where {@link createBlake3} returns undefined
 */
export function openBlake3(): Blake3 {
  const wasm = readWasm()
  const hasher = instantiate(wasm)
  let streamer: Hasher | undefined
  return { hash, keyed, keyStream }

  function hash(message: Uint8Array): Buffer {
    hasher.start()
    return finish([message])
  }

  function keyed(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer {
    hasher.start(key)
    return finish(parts)
  }

  function keyStream(key: Uint8Array, words: number): Uint32Array {
    streamer ??= OPTIMISES_EARLY ? instantiate(twinOf(wasm)) : hasher
    streamer.start(key)
    const { buffer, byteOffset } = streamer.finish(words * WORD_BYTES)
    return new Uint32Array(buffer, byteOffset, words)
  }

  function finish(parts: readonly (Uint8Array | string)[]): Buffer {
    for (const part of parts) hasher.update(typeof part === 'string' ? Buffer.from(part) : part)
    return Buffer.from(hasher.finish(HASH_BYTES))
  }
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): Hasher {
  const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports
  const buffer = new Uint8Array(exports.memory.buffer, exports.Hash_GetBuffer(), 2 * STREAM_CHUNK_BYTES)
  return { start, update, finish }

  function start(key?: Uint8Array): void {
    if (key !== undefined) buffer.set(key)
    exports.Hash_Init(key === undefined ? 0 : HASH_BYTES)
  }

  function update(message: Uint8Array): void {
    for (let start = 0; start < message.length; start += UPDATE_BYTES) {
      const chunk = message.subarray(start, start + UPDATE_BYTES)
      buffer.set(chunk)
      exports.Hash_Update(chunk.length)
    }
  }

  function finish(length: number): Uint8Array {
    exports.Hash_Final(length)
    return buffer.subarray(0, length)
  }
}

/** @returns a module that does the same, of other bytes */
function twinOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const twin = new Uint8Array(bytes.length + TWIN_SECTION.length)
  twin.set(bytes)
  twin.set(TWIN_SECTION, bytes.length)
  return twin
}

/**
 * By words: bytes, one by one, take 1 ms for what 50 variables come to, and V8 begins to optimise the loop.
 *
 * @returns bytes that XOR turns into the plaintext, or the plaintext into them. The same key must not be used twice
 */
export function applyKeyStream(blake3: Blake3, key: Uint8Array, bytes: Uint8Array): Buffer {
  // Memory of its own, so that words are where words may be.
  const result = Buffer.from(new ArrayBuffer(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES))
  result.set(bytes)
  const words = new Uint32Array(result.buffer)
  for (let start = 0; start < bytes.length; start += STREAM_CHUNK_BYTES) {
    const first = start / WORD_BYTES
    const count = Math.min(STREAM_CHUNK_BYTES / WORD_BYTES, words.length - first)
    const chunkKey = blake3.keyed(key, String(start / STREAM_CHUNK_BYTES))
    const stream = blake3.keyStream(chunkKey, count)
    for (let word = 0; word < count; word++)
      words[first + word] = (words[first + word] ?? 0) ^ (stream[word] ?? 0)
  }
  return result.subarray(0, bytes.length)
}
