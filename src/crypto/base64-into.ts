/** Strict base64, decoded without an object for each text: {@link decodeBase64} for many thousands of them. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const QUAD_CHARACTERS = 4
/** Values of digits by character code. Any other character is -1, whose sign outlasts shifts and ors. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)))

/**
 * Standard base64 with padding, and nothing else: what `decodeBase64` takes is taken, what it refuses is refused.
 *
 * @param text holds the encoded form
 * @param start where that begins in it
 * @param end where it ends
 * @param into gets the bytes, and up to two more behind them; beyond its end nothing is written
 * @param at where to in that
 * @returns the number of bytes; negative when it isn't such base64
 */
export function decodeBase64Into(
  text: string,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  if (start === end) return 0
  if ((end - start) % QUAD_CHARACTERS !== 0) return -1
  const padding = text.endsWith('=', end) ? (text.endsWith('==', end) ? 2 : 1) : 0
  const lastQuad = end - QUAD_CHARACTERS
  let allBits = 0
  let to = at
  for (let from = start; from <= lastQuad; from += QUAD_CHARACTERS) {
    const isPadded = from === lastQuad && padding > 0
    const bits =
      (digitAt(text, from) << 18) |
      (digitAt(text, from + 1) << 12) |
      (isPadded && padding === 2 ? 0 : digitAt(text, from + 2) << 6) |
      (isPadded ? 0 : digitAt(text, from + 3))
    // Bits behind the last byte would make a second text of the same bytes.
    allBits |= isPadded && (bits & ((1 << (8 * padding)) - 1)) !== 0 ? -1 : bits
    into[to++] = bits >> 16
    into[to++] = bits >> 8
    into[to++] = bits
  }
  return allBits < 0 ? -1 : to - padding - at
}

function digitAt(text: string, at: number): number {
  return DIGITS[text.charCodeAt(at)] ?? -1
}
