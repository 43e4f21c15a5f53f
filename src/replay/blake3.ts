/**
 * BLAKE3, one primitive for all that a record needs: to name it, to key it, to encrypt and to authenticate it. By
 * hash-wasm's WebAssembly, because `node:crypto`, with the streams that it loads, costs a start 3 ms on Node 20 and 7 on
 * 24, where this costs 1.5. https://github.com/BLAKE3-team/BLAKE3-specs
 */
import wasm from './blake3.wasm'

/** Bytes of a key, and of a hash. */
export const HASH_BYTES = 32
/** What the module's memory takes and gives at once is twice as much. */
const CHUNK_BYTES = 8192
const WORD_BYTES = 4

interface Module {
  readonly memory: { readonly buffer: ArrayBuffer }
  Hash_GetBuffer(): number
  /** @param keyBytes of the key that lies in the buffer; 0: no key */
  Hash_Init(keyBytes: number): void
  Hash_Update(bytes: number): void
  Hash_Final(bytes: number): void
}

/** @returns undefined where Node runs without WebAssembly, or has no memory for it: its address space may be limited */
export function createBlake3(): Blake3 | undefined {
  try {
    return new Blake3()
  } catch {
    return undefined
  }
}

export class Blake3 {
  readonly #module: Module
  readonly #buffer: Uint8Array

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm))
    this.#module = exports as Module
    this.#buffer = new Uint8Array(this.#module.memory.buffer, this.#module.Hash_GetBuffer(), 2 * CHUNK_BYTES)
  }

  /** @returns 32 bytes */
  hash(message: Uint8Array): Buffer {
    this.#module.Hash_Init(0)
    return this.#finish(message, HASH_BYTES)
  }

  /**
   * A pseudo-random function of the key: a MAC, or another key.
   *
   * @param key 32 bytes
   * @returns 32 bytes
   */
  keyed(key: Uint8Array, message: Uint8Array | string): Buffer {
    this.#start(key)
    return this.#finish(typeof message === 'string' ? Buffer.from(message) : message, HASH_BYTES)
  }

  /**
   * The same function's longer output.
   *
   * No more of it than is needed: on Node 20, V8 begins to optimise this after 5 KB, and a process waits for that.
   *
   * @param chunk which one of 8192 bytes, from 0
   * @param words how many of 4 bytes, at most 2048
   * @returns the words, until anything else is computed
   */
  keyStream(key: Uint8Array, chunk: number, words: number): Uint32Array {
    this.#start(key)
    this.#update(Buffer.from(String(chunk)))
    this.#module.Hash_Final(words * WORD_BYTES)
    const { buffer, byteOffset } = this.#buffer
    return new Uint32Array(buffer, byteOffset, words)
  }

  #start(key: Uint8Array): void {
    this.#buffer.set(key)
    this.#module.Hash_Init(HASH_BYTES)
  }

  #update(message: Uint8Array): void {
    for (let start = 0; start < message.length; start += CHUNK_BYTES) {
      const chunk = message.subarray(start, start + CHUNK_BYTES)
      this.#buffer.set(chunk)
      this.#module.Hash_Update(chunk.length)
    }
  }

  #finish(message: Uint8Array, bytes: number): Buffer {
    this.#update(message)
    this.#module.Hash_Final(bytes)
    return Buffer.from(this.#buffer.subarray(0, bytes))
  }
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
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    const first = start / WORD_BYTES
    const count = Math.min(CHUNK_BYTES / WORD_BYTES, words.length - first)
    const stream = blake3.keyStream(key, start / CHUNK_BYTES, count)
    for (let word = 0; word < count; word++)
      words[first + word] = (words[first + word] ?? 0) ^ (stream[word] ?? 0)
  }
  return result.subarray(0, bytes.length)
}
