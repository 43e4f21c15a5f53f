/** Every kind of value that a setting may hold. */
import { resolve } from 'node:path'
import { LogLevel } from '../logger.ts'
import { parseApiBase } from './api-base.ts'
import { isAccessKeyId, parseSecretAccessKey } from './credentials.ts'
import { decodeHeaders, HEADERS_FORM, parseHeaders } from './headers.ts'
import { defineKind, type Kind } from './kind.ts'
import { checkNames, decodeList, isVariableName, splitList } from './lists.ts'

/** `true`, `false`, `1`, `0`. */
export const BOOLEAN = defineKind<boolean>({
  placeholder: 'BOOLEAN',
  argument: 'optional',
  isNegatable: true,
  mustBe: 'true, false, 1 or 0',
  parse: parseBoolean,
  decode: (value) => (typeof value === 'boolean' ? value : undefined),
})

/**
 * @param unit for the error: `milliseconds`
 * @returns the kind of a whole number from `min` to `max`
 */
export function integer(placeholder: string, unit: string, min: number, max: number): Kind<number> {
  const check = (value: number) =>
    Number.isInteger(value) && value >= min && value <= max ? value : undefined
  return defineKind({
    placeholder,
    mustBe: `a whole number of ${unit} from ${min} to ${max}`,
    parse: (text) => (/^[0-9]{1,15}$/.test(text) ? check(Number(text)) : undefined),
    decode: (value) => (typeof value === 'number' ? check(value) : undefined),
  })
}

/** @returns the kind of one of a few words */
export function choice<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  return defineKind({
    placeholder: words.join('|'),
    mustBe: words.join(' or '),
    parse: (text) => words.find((word) => word === text),
  })
}

/** Globs over secret keys. */
export const GLOBS = defineKind<readonly string[]>({
  placeholder: 'GLOBS',
  isRepeatable: true,
  mustBe: 'globs, separated by commas',
  parse: splitList,
  decode: decodeList,
})

/** Names of variables. One that no variable can have would silently do nothing, so it is refused. */
export const NAMES = defineKind<readonly string[]>({
  placeholder: 'NAMES',
  isRepeatable: true,
  mustBe: 'names of variables, separated by commas',
  parse: (text) => checkNames(splitList(text)),
  decode: (value) => checkNames(decodeList(value)),
})

/** True for every name, false for none, or the names. */
export const OVERRIDE = defineKind<boolean | readonly string[]>({
  placeholder: 'NAMES',
  argument: 'optional',
  isNegatable: true,
  isRepeatable: true,
  mustBe: 'true, false, or names of variables, separated by commas',
  parse: (text) => parseBoolean(text) ?? checkNames(splitList(text)),
  decode: (value) => (typeof value === 'boolean' ? value : checkNames(decodeList(value))),
})

/** What says nothing on purpose, in a variable too, whose empty text would count as unset: a list without an item. */
export const NOTHING = ','

/** What may stand before a variable's name, or nothing. */
export const PREFIX = defineKind<string>({
  placeholder: 'TEXT',
  mustBe: 'the beginning of a variable name: letters, digits and _',
  parse: (text) => {
    if (text === '' || text === NOTHING) return ''
    return isVariableName(text) ? text : undefined
  },
})

const NAMED_ENVIRONMENT = defineKind<string>({
  placeholder: 'NAME',
  mustBe: 'the name of an environment, or ALL',
  // Half a character would be hashed as another one, and no child could be told of a name with a NUL.
  parse: (text) => (/^[^\0\p{Surrogate}]+$/u.test(text) ? text : undefined),
})

/**
 * An environment's name; ALL is undefined in the end, and `''` here. Empty text is refused, since
 * `-e "$STAGE"` must not start on ALL unasked; in JSON and code, `''` and null say ALL on purpose.
 */
export const ENVIRONMENT: Kind<string> = {
  ...NAMED_ENVIRONMENT,
  decode: (value, folder) => (value === null || value === '' ? '' : NAMED_ENVIRONMENT.decode(value, folder)),
}

/** A file's path, made absolute. */
export const FILE = defineKind<string>({
  placeholder: 'FILE',
  mustBe: 'the path of a file',
  parse: resolvePath,
})

/** A folder's path, made absolute, or false. */
export const FOLDER_OR_FALSE = defineKind<string | false>({
  placeholder: 'FOLDER',
  isNegatable: true,
  mustBe: 'the path of a folder, or false',
  parse: (text, folder) => (parseBoolean(text) === false ? false : resolvePath(text, folder)),
  decode: (value) => (value === false ? false : undefined),
})

/** Files' paths, made absolute, or false. */
export const FILES_OR_FALSE = defineKind<readonly string[] | false>({
  placeholder: 'FILES',
  isNegatable: true,
  isRepeatable: true,
  mustBe: 'paths of files, separated by commas, or false',
  parse: (text, folder) => (parseBoolean(text) === false ? false : resolvePaths(splitList(text), folder)),
  decode: (value, folder) => (value === false ? false : resolvePaths(decodeList(value), folder)),
})

/** 0, 1, 2 or their names. */
export const LOG_LEVEL = defineKind<LogLevel>({
  placeholder: 'LEVEL',
  mustBe: '0 (none), 1 (error) or 2 (debug)',
  parse: parseLogLevel,
  decode: (value) => (typeof value === 'number' ? parseLogLevel(String(value)) : undefined),
})

/** Headers: a record, or their text form. */
export const HEADERS = defineKind<Readonly<Record<string, string>>>({
  placeholder: 'HEADERS',
  mustBe: HEADERS_FORM,
  parse: parseHeaders,
  decode: decodeHeaders,
})

/** Where the service is. */
export const API_BASE = defineKind<string>({
  placeholder: 'URL',
  mustBe: 'an https: URL (http: is taken for a loopback address only)',
  parse: parseApiBase,
})

/** The public half of the access key. */
export const ACCESS_KEY_ID = defineKind<string>({
  placeholder: 'ID',
  mustBe: 'an access key id, which is a UUID with nothing around it',
  parse: (text) => (isAccessKeyId(text) ? text : undefined),
})

/** The secret half. */
export const SECRET_ACCESS_KEY = defineKind<string>({
  placeholder: 'SECRET',
  mustBe: 'a secret access key, which is base64 with its padding and nothing around it',
  parse: (text) => (parseSecretAccessKey(text) === undefined ? undefined : text),
})

function parseBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' ? false : undefined
}

/** A boolean can't be meant as a path: `true` is how a bare flag reads. */
function resolvePath(text: string, folder: string): string | undefined {
  const isPath = text !== '' && parseBoolean(text) === undefined && !text.includes('\0')
  return isPath ? resolve(folder, text) : undefined
}

function resolvePaths(paths: readonly string[] | undefined, folder: string): readonly string[] | undefined {
  if (paths === undefined || paths.length === 0) return undefined
  const resolved = paths.map((path) => resolvePath(path, folder)).filter((path) => path !== undefined)
  return resolved.length === paths.length ? resolved : undefined
}

function parseLogLevel(text: string): LogLevel | undefined {
  if (text === '0' || text === 'none') return LogLevel.NONE
  if (text === '1' || text === 'error') return LogLevel.ERROR
  return text === '2' || text === 'debug' ? LogLevel.DEBUG : undefined
}
