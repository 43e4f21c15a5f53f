/** What made an environment or a command line larger than the kernel takes (E2BIG). */
import type { Env } from './environment/names.ts'
import { isTooLarge, MAX_STRING_BYTES } from './exec-size.ts'
import { oneLine } from './logger.ts'

/** A variable or an argument, as the kernel counts it. */
interface Part {
  readonly what: string
  /** Of `NAME=value`, with the closing NUL. */
  readonly bytes: number
}

/**
 * @param words the command that could not be started, and its arguments
 * @param env the environment it should have got
 * @returns the sizes that matter and the name of the largest variable; never a value
 */
export function describeTooLarge(words: readonly string[], env: Env): string {
  const parts = words.map((word, index) => part(`argument ${index}`, word))
  const [largest, longest] = [findLargest(listVariables(env)), findLargest(parts)]
  if (longest.bytes > MAX_STRING_BYTES && longest.bytes > largest.bytes) {
    return `${longest.what} has ${longest.bytes} bytes, and Linux takes ${MAX_STRING_BYTES} for one`
  }
  return `${describeVariables(env, ` and the command line ${sum(parts)}`)}. Leave it out (--exclude), or hand it over in a file`
}

/**
 * For a process that sets its own variables: it is asked about their size only when it starts another.
 *
 * @param env what a program started from here would get
 * @returns a line for stderr; undefined: programs can be started, as always on Windows
 */
export function describeUnstartable(env: Env, platform: NodeJS.Platform): string | undefined {
  if (platform === 'win32' || !isTooLarge([], env)) return undefined
  return `every program started from here would fail (E2BIG): ${describeVariables(env)}. Leave it out (LOCKER_EXCLUDE), or hand it over in a file`
}

function describeVariables(env: Env, beside = ''): string {
  const variables = listVariables(env)
  const { what, bytes } = findLargest(variables)
  if (bytes > MAX_STRING_BYTES) {
    return `the variable ${what} has ${bytes} bytes with its name, and Linux takes ${MAX_STRING_BYTES} for one`
  }
  const total = `the environment has ${sum(variables)} bytes${beside}, more than the system takes`
  return `${total}. The largest variable is ${what} with ${bytes}`
}

function listVariables(env: Env): Part[] {
  return Object.entries(env).map(([name, value]) => part(oneLine(name), `${name}=${value ?? ''}`))
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
