/**
 * One fetch among processes that start together. The lock is a file that names its holder, so it is crash-safe by
 * construction: a holder that is dead holds nothing, and losing a race costs one more fetch and no more, because
 * every file is written whole. Lock libraries keep a lock alive by timers and drop it by signal listeners: a
 * thread that blocks has no timers, and a preload adds no listener.
 */
import { closeSync, openSync, readFileSync, readlinkSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { removeFile } from './private-file.ts'

/** A holder that we can't look up (another container, another host) counts as dead after this. */
export const FOREIGN_HOLDER_MS = 2000

/** The outcome of {@link enterFlight}. */
export type Flight =
  /** We fetch. `release` when it is done, however it ended. */
  | { readonly kind: 'ours'; release(): void }
  /** Somebody else is fetching. */
  | { readonly kind: 'theirs' }

/**
 * @param path the lock file, in a folder of ours
 * @param nowMs Unix milliseconds
 * @returns who fetches; ours as well when no lock can be had, since a start must not depend on one
 */
export function enterFlight(path: string, nowMs: number): Flight {
  const owner = `${process.pid} ${processNamespace()}`
  if (!take(path, owner)) {
    if (isHeld(path, owner, nowMs)) return { kind: 'theirs' }
    removeFile(path)
    if (!take(path, owner) && isHeld(path, owner, nowMs)) return { kind: 'theirs' }
  }
  return {
    kind: 'ours',
    release: () => {
      if (readOwner(path) === owner) removeFile(path)
    },
  }
}

function take(path: string, owner: string): boolean {
  try {
    const descriptor = openSync(path, 'wx', 0o600)
    writeSync(descriptor, owner)
    closeSync(descriptor)
    return true
  } catch {
    return false
  }
}

function isHeld(path: string, ownOwner: string, nowMs: number): boolean {
  const owner = readOwner(path)
  // Gone, unreadable, or ours from a life before this one, in a container where we always are process 1.
  if (owner === undefined || owner === ownOwner) return false
  const [pid, ...namespace] = owner.split(' ')
  if (namespace.join(' ') === processNamespace()) return isAlive(Number(pid))
  return ageMs(path, nowMs) < FOREIGN_HOLDER_MS
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Process ids mean something only here: on this host, in this container. */
function processNamespace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

function ageMs(path: string, nowMs: number): number {
  try {
    return Math.abs(nowMs - statSync(path).mtimeMs)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
