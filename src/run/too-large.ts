/** What made an environment or a command line larger than the kernel takes (E2BIG). */
import type { Command, Env } from './child.ts'

/** Linux takes 32 pages for one string, its closing NUL included. */
export const MAX_STRING_BYTES = 131_072

/** A variable or an argument, as the kernel counts it. */
interface Part {
  readonly what: string
  /** Of `NAME=value`, with the closing NUL. */
  readonly bytes: number
}

/**
 * @param command what could not be started
 * @param env the environment it should have got
 * @returns the sizes that matter and the name of the largest variable; never a value
 */
export function describeTooLarge(command: Command, env: Env): string {
  const variables = Object.entries(env).map(([name, value]) => part(name, `${name}=${value ?? ''}`))
  const words = [command.file, ...command.args].map((word, index) => part(`argument ${index}`, word))
  const largest = findLargest(variables)
  const longest = findLargest(words)
  if (longest.bytes > MAX_STRING_BYTES && longest.bytes > largest.bytes) {
    return `${longest.what} has ${longest.bytes} bytes, and Linux takes ${MAX_STRING_BYTES} for one`
  }
  const remedy = `Leave it out (--exclude), or hand it over in a file`
  if (largest.bytes > MAX_STRING_BYTES) {
    return `the variable ${largest.what} has ${largest.bytes} bytes with its name, and Linux takes ${MAX_STRING_BYTES} for one. ${remedy}`
  }
  const total = `the environment has ${sum(variables)} bytes and the command line ${sum(words)}, more than the system takes`
  return `${total}. The largest variable is ${largest.what} with ${largest.bytes}. ${remedy}`
}

function part(what: string, text: string): Part {
  return { what, bytes: Buffer.byteLength(text) + 1 }
}

function findLargest(parts: readonly Part[]): Part {
  const none = { what: 'none', bytes: 0 }
  return parts.reduce((largest, candidate) => (candidate.bytes > largest.bytes ? candidate : largest), none)
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((total, { bytes }) => total + bytes, 0)
}
