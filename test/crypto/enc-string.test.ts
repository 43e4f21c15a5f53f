import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BLOCK_BYTES,
  decodeBase64,
  formatEncString,
  IV_BYTES,
  MAC_BYTES,
  parseEncString,
} from '../../src/crypto/enc-string.ts'
import { official } from './vectors.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const blocks = fc.integer({ min: 1, max: 8 }).chain((count) => bytes(count * BLOCK_BYTES))
const parts = fc.tuple(bytes(IV_BYTES), blocks, bytes(MAC_BYTES)).map(([iv, ciphertext, mac]) => ({
  iv: Buffer.from(iv),
  ciphertext: Buffer.from(ciphertext),
  mac: Buffer.from(mac),
}))

/** A text of three parts of these lengths. */
function textOf(iv: number, ciphertext: number, mac: number): string {
  const [first, second, third] = [iv, ciphertext, mac].map((length) => randomBytes(length).toString('base64'))
  return `2.${first}|${second}|${third}`
}

describe('parseEncString', () => {
  it.each(official.fields)('takes the official client’s $name apart and puts it together again', (field) => {
    const parsed = parseEncString(field.encrypted)
    expect(parsed && formatEncString(parsed)).toBe(field.encrypted)
  })

  it('gives back the parts that were formatted', () => {
    fc.assert(
      fc.property(parts, (original) => {
        expect(parseEncString(formatEncString(original))).toEqual(original)
      }),
    )
  })

  it.each([
    ['a positive multiple of 16 bytes, the smallest', 16, 16, 32],
    ['a longer one', 16, 4096, 32],
  ])('takes a ciphertext of %s', (_, iv, ciphertext, mac) => {
    const parsed = parseEncString(textOf(iv, ciphertext, mac))
    expect(parsed?.iv).toHaveLength(iv)
    expect(parsed?.ciphertext).toHaveLength(ciphertext)
    expect(parsed?.mac).toHaveLength(mac)
  })

  it.each([
    ['no IV', 0, 16, 32],
    ['an IV of 15 bytes', 15, 16, 32],
    ['an IV of 17 bytes', 17, 16, 32],
    ['an IV of 32 bytes', 32, 16, 32],
    ['a ciphertext of 0 bytes', 16, 0, 32],
    ['a ciphertext of 1 byte', 16, 1, 32],
    ['a ciphertext of 15 bytes', 16, 15, 32],
    ['a ciphertext of 17 bytes', 16, 17, 32],
    ['a ciphertext of 31 bytes', 16, 31, 32],
    ['an empty MAC', 16, 16, 0],
    ['a MAC of 31 bytes', 16, 16, 31],
    ['a MAC of 33 bytes', 16, 16, 33],
    ['a MAC of 16 bytes', 16, 16, 16],
  ])('refuses %s', (_, iv, ciphertext, mac) => {
    expect(parseEncString(textOf(iv, ciphertext, mac))).toBeUndefined()
  })

  const iv = Buffer.alloc(16, 1).toString('base64')
  const ciphertext = Buffer.alloc(32, 2).toString('base64')
  const mac = Buffer.alloc(32, 3).toString('base64')
  const good = `2.${iv}|${ciphertext}|${mac}`

  it('takes the text that the next refusals are made from', () => {
    expect(parseEncString(good)).toBeDefined()
  })

  it.each([
    ['nothing', ''],
    ['plaintext', 'postgres://localhost/dev'],
    ['plaintext that begins like one', '2.notbase64|x|y'],
    ['the prefix alone', '2.'],
    ['no type', good.slice(2)],
    ['type 0', good.replace('2.', '0.')],
    ['type 1', good.replace('2.', '1.')],
    ['type 3', good.replace('2.', '3.')],
    ['type 22', `2${good}`],
    ['type 20', good.replace('2.', '20.')],
    ['a type without its dot', good.replace('2.', '2')],
    ['a space before the type', ` ${good}`],
    ['a line before the type', `x\n${good}`],
    ['one part', `2.${iv}`],
    ['a missing MAC', `2.${iv}|${ciphertext}`],
    ['an empty MAC behind its bar', `2.${iv}|${ciphertext}|`],
    ['an empty ciphertext', `2.${iv}||${mac}`],
    ['an empty IV', `2.|${ciphertext}|${mac}`],
    ['an empty IV behind a further bar', `2.|${iv}|${ciphertext}|${mac}`],
    ['bars alone', '2.||'],
    ['a fourth part', `${good}|${mac}`],
    ['a bar at the end', `${good}|`],
    ['a newline at the end', `${good}\n`],
    ['a space at the end', `${good} `],
    ['a space inside the IV', good.replace(iv, ` ${iv}`)],
    [
      'a newline inside the ciphertext',
      good.replace(ciphertext, `${ciphertext.slice(0, 8)}\n${ciphertext.slice(8)}`),
    ],
    [
      'junk inside the ciphertext',
      good.replace(ciphertext, `${ciphertext.slice(0, 8)}!*${ciphertext.slice(8)}`),
    ],
    ['junk inside the MAC', good.replace(mac, `${mac.slice(0, 8)}.${mac.slice(8)}`)],
    ['an IV without its padding', good.replace(iv, iv.replace(/=+$/, ''))],
    ['a ciphertext without its padding', good.replace(ciphertext, ciphertext.replace(/=+$/, ''))],
    ['a MAC without its padding', good.replace(mac, mac.replace(/=+$/, ''))],
    ['too much padding', `${good}=`],
    ['something behind the padding', `${good}AAAA`],
    ['swapped parts', `2.${mac}|${ciphertext}|${iv}`],
  ])('refuses %s', (_, text) => {
    expect(parseEncString(text)).toBeUndefined()
  })

  it('takes no text that it would not write so itself, whatever it is made of', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'AQgw09+/=='), maxLength: 24 })
    const part = fc.oneof(digits, fc.constantFrom(iv, ciphertext, mac), fc.string({ unit: 'binary' }))
    const separator = fc.constantFrom('|', '||', '', '2.', ' ', '\n')
    const odd = fc.tuple(fc.constantFrom('2.', '1.', ''), fc.array(fc.oneof(part, separator)))
    const near = fc.tuple(part, part, part).map((parts) => `2.${parts.join('|')}`)
    fc.assert(
      fc.property(
        fc.oneof(
          near,
          odd.map(([type, parts]) => type + parts.join('')),
        ),
        (text) => {
          const parsed = parseEncString(text)
          if (parsed === undefined) return
          expect(formatEncString(parsed)).toBe(text)
          expect([parsed.iv.length, parsed.mac.length, parsed.ciphertext.length % BLOCK_BYTES]).toEqual([
            16, 32, 0,
          ])
        },
      ),
    )
  })

  it('refuses a character put in anywhere', () => {
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (at, junk) => {
          expect(parseEncString(good.slice(0, at) + junk + good.slice(at))).toBeUndefined()
        },
      ),
    )
  })

  it('refuses a character left out anywhere', () => {
    for (let at = 0; at < good.length; at++) {
      expect(parseEncString(good.slice(0, at) + good.slice(at + 1))).toBeUndefined()
    }
  })

  it('never throws, and takes only what it would have written itself', () => {
    const pieces = fc.constantFrom(
      '2',
      '.',
      '|',
      '=',
      'A',
      '/',
      '+',
      '-',
      '_',
      ' ',
      '\n',
      iv,
      ciphertext,
      mac,
      'é',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (texts) => {
        const text = texts.join('')
        const parsed = parseEncString(text)
        expect(parsed === undefined || formatEncString(parsed) === text).toBe(true)
      }),
    )
  })

  it.each([
    ['bars', (size: number) => `2.${'|'.repeat(size)}`],
    ['dots', (size: number) => `2${'.'.repeat(size)}`],
    ['padding', (size: number) => `2.${'='.repeat(size)}`],
    ['padding in every part', (size: number) => `2.${`${'='.repeat(size / 4)}|`.repeat(3)}`],
    ['one long part', (size: number) => `2.${'A'.repeat(size)}`],
    ['junk', (size: number) => `2.${iv}|${'!'.repeat(size)}|${mac}`],
    ['base64 and junk by turns', (size: number) => `2.${iv}|${'A!'.repeat(size / 2)}|${mac}`],
    ['a ciphertext one byte too long', (size: number) => textOf(16, size + 1, 32)],
    ['prefixes', (size: number) => '2.|'.repeat(size / 3)],
  ])('answers twice as many %s in about twice the work', (_, make) => {
    const oneMegabyte = leastCpuMicroseconds(make(2 ** 20))
    const twoMegabytes = leastCpuMicroseconds(make(2 ** 21))
    expect(twoMegabytes).toBeLessThan(8 * oneMegabyte + 50_000)
  })
})

/** Processor time of ten parses: the least of five tries, so that a noisy machine doesn't show. */
function leastCpuMicroseconds(text: string): number {
  const tries = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage()
    for (let round = 0; round < 10; round++) expect(parseEncString(text)).toBeUndefined()
    const { user, system } = process.cpuUsage(before)
    return user + system
  })
  return Math.min(...tries)
}

describe('decodeBase64', () => {
  it('gives back the bytes that were encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (original) => {
        const encoded = Buffer.from(original).toString('base64')
        expect(decodeBase64(encoded)).toEqual(Buffer.from(original))
      }),
    )
  })

  it.each([
    ['the URL alphabet', '-_-_'],
    ['missing padding', 'AA'],
    ['half of its padding', 'AA='],
    ['padding alone', '=='],
    ['padding in the middle', 'AA==AAAA'],
    ['a lone character', 'A'],
    ['stray bits behind the last byte', 'AB=='],
    ['stray bits behind the last two bytes', 'AAB='],
    ['a space', 'AA AA'],
    ['a newline', 'AAAA\n'],
    ['a NUL', 'AAAA\0'],
    ['a letter that isn’t ASCII', 'AAAÁ'],
    ['junk', '!!!!'],
  ])('refuses %s', (_, text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })

  it('decodes nothing to nothing', () => {
    expect(decodeBase64('')).toEqual(Buffer.alloc(0))
  })
})
