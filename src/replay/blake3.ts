/**
 * BLAKE3, one primitive for all that a record needs: to name it, to key it, to encrypt and to authenticate it. In
 * WebAssembly of a kilobyte, because `node:crypto`, with the streams that it loads, costs a start 3 ms on Node 20 and 7 on
 * 24, the usual 11 kilobytes of unrolled rounds cost 1.5, and this costs 0.8.
 * https://github.com/BLAKE3-team/BLAKE3-specs
 */
import readWasm from './blake3.wat'

/** Bytes of a key, and of a hash. */
export const HASH_BYTES = 32
const BLOCK_BYTES = 64
const CHUNK_BYTES = 1024
/** Of the key stream at once: what fits into the module's memory, in whole blocks. */
const PIECE_BYTES = 32 * 1024

/** Where the module's memory holds what: see `blake3.wat`. */
const KEY_AT = 0
const OUTPUT_AT = 64
/** The key of a hash without a key. Section 2.2, table 1 */
const INITIAL_VALUE_AT = 192
const INPUT_AT = 1024

/** Section 2.2, table 3. */
const CHUNK_START = 1
const CHUNK_END = 2
const PARENT = 4
const ROOT = 8
const KEYED_HASH = 16

/** Two blocks, no two words alike. */
const PROBE = 'BLAKE3 by its own vectors, in each half of each of its seven rounds: abcdefgh'
const EMPTY_BLOCK = new Uint8Array(BLOCK_BYTES)
/** The key stream under its hash: first 16 bytes. */
const PROBED = [
  0x8d, 0xb6, 0x78, 0xc7, 0x76, 0x6b, 0x03, 0x1a, 0x43, 0x02, 0x38, 0x4f, 0xd8, 0x9a, 0x3f, 0xea,
]

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  compress(length: number, counter: number, first: number, every: number, last: number, isStream: 0 | 1): void
}

export interface Blake3 {
  /** @returns 32 bytes */
  hash(message: Uint8Array | string): Uint8Array
  /**
   * A pseudo-random function of the key: a MAC, or another key.
   *
   * @param key 32 bytes
   * @returns 32 bytes
   */
  keyed(key: Uint8Array, message: Uint8Array | string): Uint8Array
  /**
   * The same function's longer output, of an empty message, as a key stream.
   *
   * @param key 32 bytes; the same one must not be used twice
   * @returns bytes that XOR turns into the plaintext, or the plaintext into them
   */
  applyKeyStream(key: Uint8Array, bytes: Uint8Array): Uint8Array
}

/**
 * @returns undefined where Node runs without WebAssembly or the processor without its vectors, where there is no memory for
 *   it (the address space may be limited), and where V8 computes something else
 */
export function createBlake3(): Blake3 | undefined {
  try {
    return openBlake3()
  } catch {
    return undefined
  }
}

/**
 * Functions rather than a class, whose methods V8 would compile one by one: 0.2 ms of a warm start. And arrays of bytes, since
 * of those V8 has the methods compiled, where Node has Buffer's in JavaScript.
 *
 * @throws where {@link createBlake3} returns undefined
 */
export function openBlake3(): Blake3 {
  const { compress, memory } = new WebAssembly.Instance(new WebAssembly.Module(readWasm())).exports as Exports
  const bytes = new Uint8Array(memory.buffer)
  // V8's vectors have been wrong on some processors, and what is wrong each time would open its own records.
  const probed = applyKeyStream(hash(PROBE), EMPTY_BLOCK)
  if (!PROBED.every((byte, index) => byte === probed[index])) throw new Error('this is not BLAKE3')
  return { hash, keyed, applyKeyStream }

  function hash(message: Uint8Array | string): Uint8Array {
    bytes.copyWithin(KEY_AT, INITIAL_VALUE_AT, INITIAL_VALUE_AT + HASH_BYTES)
    return hashUnder(message, 0)
  }

  function keyed(key: Uint8Array, message: Uint8Array | string): Uint8Array {
    bytes.set(key, KEY_AT)
    return hashUnder(message, KEYED_HASH)
  }

  function hashUnder(message: Uint8Array | string, flags: number): Uint8Array {
    return hashTree(typeof message === 'string' ? Buffer.from(message) : message, 0, flags, ROOT)
  }

  /** @param counter of the first chunk. Section 2.1: whatever is left of a tree is complete, and as large as can be */
  function hashTree(message: Uint8Array, counter: number, flags: number, root: number): Uint8Array {
    if (message.length <= CHUNK_BYTES) {
      setInput(message)
      compress(message.length, counter, CHUNK_START, flags, CHUNK_END | root, 0)
    } else {
      let half = CHUNK_BYTES
      while (half * 2 < message.length) half *= 2
      const left = hashTree(message.subarray(0, half), counter, flags, 0)
      const right = hashTree(message.subarray(half), counter + half / CHUNK_BYTES, flags, 0)
      bytes.set(left, INPUT_AT)
      bytes.set(right, INPUT_AT + HASH_BYTES)
      compress(BLOCK_BYTES, 0, 0, flags | PARENT, root, 0)
    }
    return bytes.slice(OUTPUT_AT, OUTPUT_AT + HASH_BYTES)
  }

  /** Zeroes fill the last block. */
  function setInput(message: Uint8Array): void {
    const end = INPUT_AT + message.length
    bytes.set(message, INPUT_AT)
    bytes.fill(0, end, end + BLOCK_BYTES)
  }

  function applyKeyStream(key: Uint8Array, message: Uint8Array): Uint8Array {
    const result = new Uint8Array(message)
    bytes.set(key, KEY_AT)
    for (let start = 0; start < result.length; start += PIECE_BYTES) {
      const piece = result.subarray(start, start + PIECE_BYTES)
      bytes.set(piece, INPUT_AT)
      compress(piece.length, start / BLOCK_BYTES, 0, CHUNK_START | CHUNK_END | ROOT | KEYED_HASH, 0, 1)
      piece.set(bytes.subarray(INPUT_AT, INPUT_AT + piece.length))
    }
    return result
  }
}
