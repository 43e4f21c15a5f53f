/** The end of a program whose terminal went before it. */
import { closeSync, fstatSync } from 'node:fs'

const STANDARD_DESCRIPTORS = [0, 1, 2]

/**
 * As it ends, Node gives terminals back the settings that it found them with, and Node 20 aborts where that fails, as
 * it does when the terminal has been hung up: with a core, which would hold credentials. It leaves alone what is
 * closed. To be called when nothing is left to be written.
 */
export function letGoOfLostTerminals(): void {
  for (const descriptor of STANDARD_DESCRIPTORS) {
    try {
      if (isLost(descriptor)) closeSync(descriptor)
    } catch {
      // A hung-up terminal may say so: nothing may keep us from our end.
    }
  }
}

/** Looks once in vain, for whoever has nothing better to do just now: to look for the first time takes 0.5 ms. */
export function prepareToLetGo(): void {
  STANDARD_DESCRIPTORS.some(isLost)
}

/** A device that is no terminal any more, or never was one. */
function isLost(descriptor: number): boolean {
  try {
    return (
      fstatSync(descriptor).isCharacterDevice() && !process.getBuiltinModule('node:tty').isatty(descriptor)
    )
  } catch {
    // It is closed already.
    return false
  }
}
