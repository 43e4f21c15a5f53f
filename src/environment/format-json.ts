/** JSON, and the YAML forms: a JSON string is a YAML scalar as well. */
import { refuse } from './format-refusal.ts'

/** A YAML parser looks no further for the colon behind a key; quotes count. */
const MAX_YAML_KEY_CHARS = 1024
/** What Kubernetes takes as the data of one Secret. */
const MAX_SECRET_BYTES = 1_048_576

/**
 * @param values name to value
 * @returns one object, a member a line
 */
export function formatJson(values: ReadonlyMap<string, string>): string {
  const members = Array.from(values, ([name, value]) => `  ${quoteText(name)}: ${quoteText(value)}`)
  return members.length === 0 ? '{}\n' : `{\n${members.join(',\n')}\n}\n`
}

/**
 * @param values name to value
 * @returns one mapping, an entry a line, all in double quotes: `NO`, `1e3` and `~` stay text
 * @throws LockerError `locker_error` for a name that YAML takes for no key because of its length
 */
export function formatYaml(values: ReadonlyMap<string, string>): string {
  for (const name of values.keys()) {
    if (quoteText(name).length > MAX_YAML_KEY_CHARS) {
      refuse('yaml', name, 'its name is too long for a key')
    }
  }
  return formatMapping(values, '')
}

/**
 * @param values name to value; names as the keys of a Secret may be
 * @returns the manifest of a v1 Secret, `locker-secrets`
 * @throws LockerError `locker_error` for more values than a Secret holds
 */
export function formatKubernetes(values: ReadonlyMap<string, string>): string {
  const data = new Map<string, string>()
  let bytes = 0
  for (const [name, value] of values) {
    const content = Buffer.from(value, 'utf8')
    bytes += content.length
    if (bytes > MAX_SECRET_BYTES) refuse('k8s', name, `with it the values exceed ${MAX_SECRET_BYTES} bytes`)
    data.set(name, content.toString('base64'))
  }
  const head = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: locker-secrets\ntype: Opaque\n'
  return `${head}data:\n${formatMapping(data, '  ')}`
}

function formatMapping(values: ReadonlyMap<string, string>, indent: string): string {
  const entries = Array.from(values, ([name, value]) => `${indent}${quoteText(name)}: ${quoteText(value)}\n`)
  return entries.length === 0 ? `${indent}{}\n` : entries.join('')
}

/** JSON leaves these be; some YAML parsers take them for line breaks, or for no text at all. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

function quoteText(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
