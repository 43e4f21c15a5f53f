/** `.env` files, by dotenv's own parser: what they configure and what they bring to the merge. */
import { existsSync, statSync } from 'node:fs'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { Origin, Witness } from './config.ts'
import { describeOrigin } from './origin.ts'
import { readTextFile } from './text-file.ts'
import type { FoldName } from './variables.ts'

/** A definition in a file. */
export interface Definition {
  readonly text: string
  readonly file: string
}

/** What the files hold together. */
export interface DotenvFiles {
  /** Absolute paths, whether they exist or not. */
  readonly files: readonly string[]
  /** `LOCKER_*` that aren't empty: they configure and are never injected. */
  readonly settings: ReadonlyMap<string, Definition>
  /** Everything else. */
  readonly variables: ReadonlyMap<string, string>
  readonly witnesses: readonly Witness[]
}

const MAX_BYTES = 1024 * 1024

/**
 * @param files absolute paths; the first definition of a name wins
 * @param mustExist whether a missing file is an error
 * @param foldName how names compare
 * @param namedBy what named the files, for the error; left out: nobody did, or who sees the error
 * @throws LockerError when a file is missing that must exist, or can't be read
 */
export function loadDotenvFiles(
  files: readonly string[],
  mustExist: boolean,
  foldName: FoldName,
  namedBy?: Origin,
): DotenvFiles {
  const settings = new Map<string, Definition>()
  const variables = new Map<string, string>()
  const witnesses: Witness[] = []
  for (const file of files) {
    if (!mustExist && !isThere(file)) {
      witnesses.push({ path: file, found: existsSync(file) })
      continue
    }
    const content = readFile(file, namedBy)
    witnesses.push({ path: file, found: content })
    for (const [name, text] of parseVariables(content)) {
      const folded = foldName(name)
      if (!folded.startsWith('LOCKER_')) keepFirst(variables, name, text)
      else if (text !== '') keepFirst(settings, folded, { text, file })
    }
  }
  return { files, settings, variables, witnesses }
}

/** A folder called `.env` is a Python environment, or what Docker makes of a missing file that it mounts. */
function isThere(file: string): boolean {
  return existsSync(file) && !statSync(file).isDirectory()
}

function readFile(file: string, namedBy: Origin | undefined): string {
  const text = readTextFile(file, MAX_BYTES)
  if (typeof text === 'string') return text
  const how = namedBy === undefined ? '' : `, which ${describeOrigin(namedBy)} names,`
  throw new LockerError(oneLine(`the .env file ${file}${how} ${text.text}`))
}

function parseVariables(text: string): [string, string][] {
  // Loaded here, because it costs milliseconds that a start without such a file should not pay.
  const { parse }: typeof import('dotenv') = require('dotenv')
  // dotenv's default parser needs 9 s for 64 KiB of empty lines; its scanner reads the same in linear time.
  return Object.entries(parse(text, { fast: true }))
}

function keepFirst<Value>(map: Map<string, Value>, name: string, value: Value): void {
  if (!map.has(name)) map.set(name, value)
}
