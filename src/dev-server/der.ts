/** The few ASN.1 DER forms that a certificate is made of (ITU-T X.690). */

const TAG = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8: 0x0c }
const TAG_UTC_TIME = 0x17
const TAG_GENERALIZED_TIME = 0x18
const TAG_SEQUENCE = 0x30
const TAG_SET = 0x31
const CONTEXT = 0x80
const CONSTRUCTED = 0x20

/** @returns SEQUENCE of what is given */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return encode(TAG_SEQUENCE, Buffer.concat(parts))
}

/** @returns SET of one */
export function setOf(part: Buffer): Buffer {
  return encode(TAG_SET, part)
}

/** @returns `[tag]`, EXPLICIT around whole elements */
export function explicit(tag: number, part: Buffer): Buffer {
  return encode(CONTEXT | CONSTRUCTED | tag, part)
}

/** @returns `[tag]`, IMPLICIT over primitive content */
export function implicit(tag: number, content: Buffer): Buffer {
  return encode(CONTEXT | tag, content)
}

/** @param bytes big-endian two's complement, as short as it goes: a first byte from 1 to 127 is fine */
export function integer(bytes: Buffer): Buffer {
  return encode(TAG.integer, bytes)
}

/** @param unusedBits how many of the last byte's low bits don't count, 0 to 7 */
export function bitString(content: Buffer, unusedBits = 0): Buffer {
  return encode(TAG.bitString, Buffer.concat([Buffer.of(unusedBits), content]))
}

/** @returns OCTET STRING */
export function octetString(content: Buffer): Buffer {
  return encode(TAG.octetString, content)
}

/** @returns UTF8String */
export function utf8String(text: string): Buffer {
  return encode(TAG.utf8, Buffer.from(text, 'utf8'))
}

/** BOOLEAN, true; false is what is left out. */
export const TRUE: Buffer = encode(TAG.boolean, Buffer.of(0xff))

/** @param dotted such as `2.5.4.3` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return encode(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** @param ms Unix milliseconds. RFC 5280: UTCTime before the year 2050, GeneralizedTime from then on */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+Z$|[-:T]/g, '')
  const isShort = digits < '2050'
  return encode(
    isShort ? TAG_UTC_TIME : TAG_GENERALIZED_TIME,
    Buffer.from(`${isShort ? digits.slice(2) : digits}Z`, 'latin1'),
  )
}

function base128(value: number): readonly number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) | 0x80)
  }
  return digits
}

function encode(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content])
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  return Buffer.of(0x82, length >> 8, length & 0xff)
}
