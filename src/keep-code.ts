/** Writes what `kept-code.ts` reads: when a start is over, which has run then what the next one will run. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type CompiledBundle, isKeepingOff, KEPT_ENDING } from './kept-code.ts'

/** With more than this, of other Nodes, other flags and former versions, most is of no use: all is made anew, then. */
const MAX_KEPT = 32
/** From a start to the writing of what it compiled: whoever ends sooner, as in a container, is not kept waiting for nothing. */
const KEEP_AFTER_MS = 1000

/**
 * Keeps, later, what had to be compiled.
 *
 * @param compiled of `compile-cache.ts`, which is empty afterwards
 */
export function keepCompiled(compiled: CompiledBundle[]): void {
  if (compiled.length === 0) return
  keepLater(() => {
    for (const bundle of compiled.splice(0)) {
      if (isToBeKept(bundle)) keepCode(bundle, bundle.script.createCachedData())
    }
  })
}

/**
 * Calls back in a second, but keeps no process alive for it, and none is hurt: what can't be kept is not kept.
 *
 * @param keep may throw
 */
export function keepLater(keep: () => void): void {
  const tryToKeep = () => {
    try {
      keep()
    } catch {
      // No room, no permission, no such folder any more: a program is none the worse for it.
    }
  }
  // Not the global one, which a test's environment may have replaced.
  process.getBuiltinModule('node:timers').setTimeout(tryToKeep, KEEP_AFTER_MS).unref()
}

/** @returns whether its code is not kept yet, and can be */
export function isToBeKept({ code, kept }: CompiledBundle): boolean {
  if (code !== undefined || isKeepingOff()) return false
  try {
    accessSync(dirname(kept), constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** @throws what the file system throws */
export function keepCode({ source, kept }: CompiledBundle, code: Buffer): void {
  prune(dirname(kept))
  const temporary = `${kept}.${Math.random().toString(36).slice(2)}.tmp`
  try {
    writeDurably(temporary, [code, code, Buffer.from(source, 'latin1')])
    renameSync(temporary, kept)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Makes room, and takes away what a killed process left half-written. */
function prune(folder: string): void {
  const files = readdirSync(folder).filter((file) => file.includes(KEPT_ENDING))
  if (files.length > MAX_KEPT) for (const file of files) rmSync(join(folder, file), { force: true })
}

/** All of it is there before the file gets its name. */
function writeDurably(file: string, parts: readonly Buffer[]): void {
  const descriptor = openSync(file, 'wx', 0o644)
  try {
    for (const part of parts) writeFileSync(descriptor, part)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
