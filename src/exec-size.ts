/** Whether the kernel takes a command line and an environment of some size. */
import { readFileSync } from 'node:fs'
import type { Env } from './environment/names.ts'

/** Linux takes 32 pages for one string, its closing NUL included. */
export const MAX_STRING_BYTES = 131_072

/** What every Linux takes, however small the stack. */
const LEAST_LIMIT_BYTES = 131_072
/** What Linux takes at most, however large the stack: three quarters of its usual size. */
const GREATEST_LIMIT_BYTES = 6 * 1024 * 1024
/** The kernel adds the file's path, an interpreter's line and some figures. */
const RESERVE_BYTES = 16_384
/** One pointer for each string. */
const POINTER_BYTES = 8

/**
 * @param args the command's words, its own name first; none: whatever the command
 * @returns whether execve would fail with E2BIG, or might by some kilobytes
 */
export function isTooLarge(args: readonly string[], env: Env): boolean {
  const strings = [...args, ...Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`)]
  const sizes = strings.map((text) => Buffer.byteLength(text) + 1)
  if (process.platform === 'linux' && sizes.some((bytes) => bytes > MAX_STRING_BYTES)) return true
  const total = sizes.reduce((sum, bytes) => sum + bytes + POINTER_BYTES, RESERVE_BYTES)
  return total > LEAST_LIMIT_BYTES && total > readLimit()
}

/** Linux: a quarter of the stack's limit. */
function readLimit(): number {
  try {
    const [, stack] = /^Max stack size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    const quarter = stack === 'unlimited' ? GREATEST_LIMIT_BYTES : Number(stack) / 4
    return Math.min(Math.max(quarter, LEAST_LIMIT_BYTES), GREATEST_LIMIT_BYTES)
  } catch {
    return askLimit()
  }
}

/** Where there is no `/proc`. */
function askLimit(): number {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { stdout } = spawnSync('getconf', ['ARG_MAX'], { encoding: 'latin1', env: { PATH: '/usr/bin:/bin' } })
  return Number.parseInt(stdout, 10) || LEAST_LIMIT_BYTES
}
