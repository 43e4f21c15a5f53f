/**
 * One fetch among processes that start together. The lock is a file that names its holder, so it is crash-safe by
 * construction: a holder that is dead holds nothing, and losing a race costs one more fetch and no more, because
 * every file is written whole. Lock libraries keep a lock alive by timers and drop it by signal listeners: a
 * thread that blocks has no timers, and a preload adds no listener.
 */
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
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
 * @param patienceMs how long a living holder may hold: one that hangs is overtaken, by one process at a time
 * @returns who fetches; ours as well when no lock can be had, since a start must not depend on one
 */
export function enterFlight(path: string, nowMs: number, patienceMs: number): Flight {
  const own = `${process.pid} ${processNamespace()}`
  const ours: Flight = {
    kind: 'ours',
    release: () => {
      if (readOwner(path) === own) removeFile(path)
    },
  }
  if (take(path, own)) return ours
  const owner = readOwner(path)
  if (owner === undefined) return take(path, own) ? ours : { kind: 'theirs' }
  if (isHeld(path, owner, { own, nowMs, patienceMs })) return { kind: 'theirs' }
  return breakLock(path, owner, nowMs) && take(path, own) ? ours : { kind: 'theirs' }
}

/**
 * Removes a lock that a process left which was killed, and no other.
 *
 * @param path as in {@link enterFlight}, like the other two
 */
export function sweepLock(path: string, nowMs: number, patienceMs: number): void {
  const owner = readOwner(path)
  if (owner === undefined) return
  const own = `${process.pid} ${processNamespace()}`
  if (owner !== own && !isHeld(path, owner, { own, nowMs, patienceMs })) breakLock(path, owner, nowMs)
}

/**
 * Removes a lock, unless somebody else was quicker, so that of many that find the same dead holder one alone takes its
 * place. One at a time: a lock that is moved away by mistake, and put back, is missing in between.
 */
function breakLock(path: string, deadOwner: string, nowMs: number): boolean {
  const claim = `${path}.claim.tmp`
  if (!takeClaim(claim, nowMs)) return false
  const moved = `${path}.${process.pid}.tmp`
  try {
    if (readOwner(path) !== deadOwner) return false
    renameSync(path, moved)
    // A holder that was given up may have come to its end just now, and another one have begun.
    const isDead = readOwner(moved) === deadOwner
    if (!isDead) linkSync(moved, path)
    return isDead
  } catch {
    return false
  } finally {
    removeFile(moved)
    removeFile(claim)
  }
}

/** Held for less than a millisecond, unless its holder is killed meanwhile. */
function takeClaim(claim: string, nowMs: number): boolean {
  if (take(claim, '')) return true
  if (ageMs(claim, nowMs) < FOREIGN_HOLDER_MS) return false
  removeFile(claim)
  return take(claim, '')
}

/** @returns false: a lock is there. True as well when none can be made, since a start must not depend on one */
function take(path: string, owner: string): boolean {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'wx', 0o600)
    writeSync(descriptor, owner)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // A full disk: an empty lock of ours would hold up everybody, ourselves first.
    if (descriptor !== undefined) removeFile(path)
    return true
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function isHeld(
  path: string,
  owner: string,
  { own, nowMs, patienceMs }: { own: string; nowMs: number; patienceMs: number },
): boolean {
  // From a life before this one, in a container where we always are process 1.
  if (owner === own) return false
  const age = ageMs(path, nowMs)
  const [pid, ...namespace] = owner.split(' ')
  if (namespace.join(' ') !== processNamespace()) return age < FOREIGN_HOLDER_MS
  return age < patienceMs && isAlive(Number(pid))
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
  // Here, and not above: a start that fetches nothing needs no `os`.
  const { hostname } = process.getBuiltinModule('node:os')
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
