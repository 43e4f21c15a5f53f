/**
 * Whether the kernel would run a file, found out without trying: where execve fails, Node 22 and 24 abort, and
 * leave a core that holds credentials.
 */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { type Elf, isElf, type ReadAt, readElf } from './exec-elf.ts'

/** `text`: the kernel refuses it, and who searches PATH as the C library does gives it to the shell. */
export type Format = 'program' | 'text'

/** As much as Linux looks at to see what a file is. */
const HEAD_BYTES = 256
/** No part of a program that is looked at here may be larger. */
const MAX_READ_BYTES = 65_536
/** How long a chain of scripts may be, each the interpreter of the one before. */
const MAX_INTERPRETERS = process.platform === 'linux' ? 5 : 1
/** Programs of macOS, for one processor or several, in hexadecimal. */
const MACH_O = /^(?:feedfac[ef]|c[ef]faedfe|cafebab[ef])/

/**
 * @param path of a file
 * @param depth how many files it interprets
 * @throws what the kernel would say, as an error with a `code`. Refused is also what it would run by an
 *   emulator that is registered with it, since that can't be seen
 */
export function readFormat(path: string, depth = 0): Format {
  if (!statSync(path).isFile()) throw refusal('EACCES')
  accessSync(path, constants.X_OK)
  const descriptor = openReadable(path)
  // Who may run a file without reading it has it from somebody who knows that it runs.
  if (descriptor === undefined) return 'program'
  try {
    return recognize(createReader(descriptor), depth)
  } finally {
    closeSync(descriptor)
  }
}

/** @param code of a system call's failure */
export function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

function openReadable(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

function createReader(descriptor: number): ReadAt {
  return (position, bytes) => {
    const buffer = Buffer.alloc(Math.min(bytes, MAX_READ_BYTES))
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position))
  }
}

function recognize(readAt: ReadAt, depth: number): Format {
  const head = readAt(0, HEAD_BYTES)
  if (isElf(head)) return checkElf(readElf(readAt))
  if (process.platform === 'darwin' && MACH_O.test(head.toString('hex'))) return 'program'
  const interpreter = parseInterpreter(head)
  if (interpreter !== undefined) {
    if (depth >= MAX_INTERPRETERS) throw refusal('ELOOP')
    return readFormat(interpreter, depth + 1)
  }
  if (head.includes(0)) throw refusal('ENOEXEC')
  return 'text'
}

/** It must be for the machine that we run on, and its loader must be there. */
function checkElf(elf: Elf | undefined): Format {
  const own = openReadable(process.execPath)
  if (own === undefined) return 'program'
  try {
    if (elf === undefined || elf.machine !== readElf(createReader(own))?.machine) throw refusal('ENOEXEC')
  } finally {
    closeSync(own)
  }
  if (elf.loader !== undefined) readFormat(elf.loader, MAX_INTERPRETERS)
  return 'program'
}

/** @returns what the line after `#!` names; undefined: there is none, or it has no end */
function parseInterpreter(head: Buffer): string | undefined {
  const line = head.length < HEAD_BYTES ? `${head}\n` : head.toString()
  return /^#![ \t]*([^ \t\n\0]+)[ \t\n\0]/.exec(line)?.[1]
}
