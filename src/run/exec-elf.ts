/** What of an ELF file decides whether it can start: the machine it is for, and the loader it asks for. */

/** A program of Linux or a BSD. */
export interface Elf {
  /** Word size, byte order and processor: equal for programs that run on the same machine. */
  readonly machine: string
  /** The path of what loads its libraries; undefined: it needs none. */
  readonly loader: string | undefined
}

/** @returns bytes of a file; fewer where it ends */
export type ReadAt = (position: number, bytes: number) => Buffer

/** Where things are: in the head of the file, and in each entry of its table of segments. */
interface Layout {
  readonly table: number
  readonly entrySize: number
  readonly count: number
  /** What the size of an entry must be. */
  readonly entryBytes: number
  readonly position: number
  readonly length: number
}

const HEAD_BYTES = 64
const MAGIC = '\x7fELF'
/** By word size: 32 and 64 bits. */
const LAYOUTS: ReadonlyMap<number | undefined, Layout> = new Map([
  [1, { table: 28, entrySize: 42, count: 44, entryBytes: 32, position: 4, length: 16 }],
  [2, { table: 32, entrySize: 54, count: 56, entryBytes: 56, position: 8, length: 32 }],
])
/** Kinds of file that are programs: with a fixed address, and without. */
const EXECUTABLE: ReadonlySet<number> = new Set([2, 3])
/** The kind of segment that holds the loader's path. */
const LOADER_SEGMENT = 3

/** @returns whether a file that begins so should be read by {@link readElf} */
export function isElf(head: Buffer): boolean {
  return head.toString('latin1', 0, MAGIC.length) === MAGIC
}

/** @returns undefined for anything but a program */
export function readElf(readAt: ReadAt): Elf | undefined {
  const head = readAt(0, HEAD_BYTES)
  const layout = LAYOUTS.get(head[4])
  if (!isElf(head) || head.length < HEAD_BYTES || layout === undefined) return undefined
  const { half, word } = createDecoder(head, head)
  const tableBytes = layout.entryBytes * half(layout.count)
  const table = readAt(word(layout.table), tableBytes)
  const isWhole =
    tableBytes > 0 && table.length === tableBytes && half(layout.entrySize) === layout.entryBytes
  if (!isWhole || !EXECUTABLE.has(half(16))) return undefined
  const machine = `${head[4]} ${head[5]} ${half(18)}`
  return { machine, loader: findLoader(readAt, head, table, layout) }
}

function findLoader(readAt: ReadAt, head: Buffer, table: Buffer, layout: Layout): string | undefined {
  for (let start = 0; start < table.length; start += layout.entryBytes) {
    const { int, word } = createDecoder(table.subarray(start, start + layout.entryBytes), head)
    if (int(0) !== LOADER_SEGMENT) continue
    const path = readAt(word(layout.position), word(layout.length))
    return path.toString('utf8').replace(/\0.*/s, '')
  }
  return undefined
}

/** Numbers of two, of four, and of four or eight bytes. */
type Decoder = Record<'half' | 'int' | 'word', (position: number) => number>

/** @param head tells the byte order and the word size */
function createDecoder(bytes: Buffer, head: Buffer): Decoder {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLittleEndian = head[5] === 1
  const int = (position: number) => view.getUint32(position, isLittleEndian)
  const long = (position: number) => Number(view.getBigUint64(position, isLittleEndian))
  const half = (position: number) => view.getUint16(position, isLittleEndian)
  return { half, int, word: head[4] === 1 ? int : long }
}
