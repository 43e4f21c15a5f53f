import fc from 'fast-check'
import { createBLAKE3 } from 'hash-wasm'
import { describe, expect, it } from 'vitest'
import { openBlake3 } from '../../src/replay/blake3.ts'

/** Of BLAKE3's own test vectors: input bytes 0 to 250 again and again, and this key. First 32 bytes of each output. */
const KEY = Buffer.from('whats the Elvish word for friend')
const VECTORS: readonly [number, string, string][] = [
  [
    0,
    'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
    '92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26',
  ],
  [
    1,
    '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213',
    '6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b',
  ],
  [
    1023,
    '10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11',
    'c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e',
  ],
  [
    1024,
    '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7',
    '75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4',
  ],
  [
    1025,
    'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444',
    '357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69',
  ],
  [
    8193,
    'bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b',
    '954a2a75420c8d6547e3ba5b98d963e6fa6491addc8c023189cc519821b4a1f5',
  ],
  [
    31744,
    '62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47',
    'efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419',
  ],
  [
    102400,
    'bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085',
    '1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7',
  ],
]
const MAX_BYTES = 9000
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const anyBytes = fc
  .oneof(fc.nat(MAX_BYTES), fc.constantFrom(0, 63, 64, 65, 1023, 1024, 1025, 2048, 3072, 4097))
  .chain(bytesOf)

describe('BLAKE3', () => {
  const blake3 = openBlake3()

  it.each(VECTORS)('of %i bytes is as published, without a key and with one', (length, hash, keyed) => {
    const input = Uint8Array.from({ length }, (_, index) => index % 251)
    expect(hex(blake3.hash(input))).toBe(hash)
    expect(hex(blake3.keyed(KEY, input))).toBe(keyed)
  })

  it('is what another implementation computes, of any message, under any key', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOf(32), anyBytes, async (key, message) => {
        const other = (await createBLAKE3(256, key)).update(message).digest('hex')
        expect(hex(blake3.keyed(key, message))).toBe(other)
      }),
    )
  })

  it('hashes a text as its UTF-8', () => {
    expect(blake3.hash('né')).toEqual(blake3.hash(Buffer.from('né')))
    expect(blake3.keyed(KEY, 'né')).toEqual(blake3.keyed(KEY, Buffer.from('né')))
  })

  it('has for a key stream the longer output that another implementation computes of nothing', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOf(32), anyBytes, async (key, message) => {
        const other = await createBLAKE3(MAX_BYTES * 8, key)
        const stream = other.update('').digest('binary')
        const expected = message.map((byte, index) => byte ^ (stream[index] ?? 0))
        expect(hex(blake3.applyKeyStream(key, message))).toBe(hex(expected))
      }),
    )
  })

  it('goes on with a key stream beyond what its memory holds at once', () => {
    const [long, short] = [100_000, 1000].map((length) => blake3.applyKeyStream(KEY, new Uint8Array(length)))
    expect(long?.subarray(0, 1000)).toEqual(short)
    const blocks = Array.from(
      { length: Math.ceil(100_000 / 64) },
      (_, index) => long && hex(long.subarray(index * 64, index * 64 + 64)),
    )
    expect(new Set(blocks).size).toBe(blocks.length)
    expect(blake3.applyKeyStream(KEY, long ?? Buffer.alloc(0)).every((byte) => byte === 0)).toBe(true)
  })

  it('leaves what it is given as it was', () => {
    const message = Uint8Array.from([1, 2, 3])
    blake3.applyKeyStream(KEY, message)
    expect(message).toEqual(Uint8Array.from([1, 2, 3]))
  })
})
