/** The end of a program whose terminal went before it. */
import { closeSync, fstatSync } from 'node:fs'

const STANDARD_DESCRIPTORS = [0, 1, 2]

/**
 * As it ends, Node gives terminals back the settings that it found them with, and Node 20 aborts where that fails, as
 * it does when the terminal has been hung up: with a core, which would hold credentials. It leaves alone what is
 * closed. To be called when nothing is left to be written.
 */
export function letGoOfLostTerminals(): void {
  const { isatty } = process.getBuiltinModule('node:tty')
  for (const descriptor of STANDARD_DESCRIPTORS) {
    try {
      if (fstatSync(descriptor).isCharacterDevice() && !isatty(descriptor)) closeSync(descriptor)
    } catch {
      // It is closed already.
    }
  }
}

/** Loads what {@link letGoOfLostTerminals} needs, for whoever has nothing better to do just now. */
export function prepareToLetGo(): void {
  process.getBuiltinModule('node:tty')
}
