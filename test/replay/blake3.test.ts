import { describe, expect, it } from 'vitest'
import { applyKeyStream, openBlake3 } from '../../src/replay/blake3.ts'

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
/** Of nothing, under the keyed hash of `0`; of another implementation (noble's), 131 bytes. */
const STREAM =
  'c52ec9ec08ef54f499ed769e2be029aea42fb5b94315a4296c28f6a69c8312a7e1880b849bdf66b19023728fedf523b06cd19c1562043e75be78' +
  '864dcf2c9cb6191726f8e70808ed03718e3483b46b60aa8929476528c77bf9e31b22e98ff5ba04354837a2d71c168dc5fa59ca71cc4def2dbdf4' +
  '5c241833127609e84c51cfa863a21d'

describe('BLAKE3', () => {
  const blake3 = openBlake3()

  it.each(VECTORS)('of %i bytes is as published, without a key and with one', (length, hash, keyed) => {
    const input = Uint8Array.from({ length }, (_, index) => index % 251)
    expect(blake3.hash(input).toString('hex')).toBe(hash)
    expect(blake3.keyed(KEY, input).toString('hex')).toBe(keyed)
  })

  it('gives a key stream that is its longer output', () => {
    expect(applyKeyStream(blake3, KEY, new Uint8Array(131)).toString('hex')).toBe(STREAM)
  })
})
