import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ReadAt, readElf } from '../../src/run/exec-elf.ts'

const LOADER = '/lib/ld-test.so.1'

describe('readElf', () => {
  it.each([
    ['64 bits, little endian', 2, 1, '2 1 62'],
    ['64 bits, big endian', 2, 2, '2 2 62'],
    ['32 bits, little endian', 1, 1, '1 1 62'],
    ['32 bits, big endian', 1, 2, '1 2 62'],
  ])('finds machine and loader of a program of %s', (_, wordSize, byteOrder, machine) => {
    expect(readElf(reading(createElf(wordSize, byteOrder)))).toEqual({ machine, loader: LOADER })
  })

  it('knows a program that needs no loader', () => {
    expect(readElf(reading(createElf(2, 1, { segment: 1 })))?.loader).toBeUndefined()
  })

  it.each([
    ['an object file', { type: 1 }],
    ['a core', { type: 4 }],
    ['what has no segments', { count: 0 }],
    ['what lacks some of its segments', { count: 10 }],
    ['what has segments of another size', { entryBytes: 55 }],
  ])('takes %s for no program', (_, options) => {
    expect(readElf(reading(createElf(2, 1, options)))).toBeUndefined()
  })

  it('survives whatever a file holds', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.uint8Array({ maxLength: 300 }), (at, noise) => {
        const bytes = createElf(2, 1)
        bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
        expect(() => readElf(reading(bytes))).not.toThrow()
        expect(() => readElf(reading(bytes.subarray(0, at)))).not.toThrow()
      }),
    )
  })
})

interface ElfOptions {
  readonly type?: number
  readonly segment?: number
  readonly count?: number
  readonly entryBytes?: number
}

/** A head, a table of two segments, and the loader's path. */
function createElf(wordSize: number, byteOrder: number, options: ElfOptions = {}): Buffer {
  const { type = 2, segment = 3, count = 2, entryBytes = wordSize === 1 ? 32 : 56 } = options
  const bytes = Buffer.alloc(400)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isLittleEndian = byteOrder === 1
  const half = (position: number, value: number) => view.setUint16(position, value, isLittleEndian)
  const int = (position: number, value: number) => view.setUint32(position, value, isLittleEndian)
  const word = (position: number, value: number) =>
    wordSize === 1 ? int(position, value) : view.setBigUint64(position, BigInt(value), isLittleEndian)
  bytes.write('\x7fELF', 'latin1')
  bytes.set([wordSize, byteOrder], 4)
  half(16, type)
  half(18, 62)
  word(wordSize === 1 ? 28 : 32, 100)
  half(wordSize === 1 ? 42 : 54, entryBytes)
  half(wordSize === 1 ? 44 : 56, count)
  const second = 100 + entryBytes
  int(100, 1)
  int(second, segment)
  word(second + (wordSize === 1 ? 4 : 8), 300)
  word(second + (wordSize === 1 ? 16 : 32), LOADER.length + 1)
  bytes.write(LOADER, 300)
  return bytes
}

function reading(bytes: Buffer): ReadAt {
  return (position, length) => bytes.subarray(position, position + length)
}
