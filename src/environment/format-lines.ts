/** The forms of one plain line, or one shell command, a variable. */
import { refuse } from './format-refusal.ts'

/** What Docker reads a line into: 64 KiB with its newline. */
const MAX_DOCKER_LINE_BYTES = 65_535

/**
 * @param values name to value; names are identifiers
 * @returns one `export NAME='value'` for each, for `eval` or `.` of a POSIX shell
 */
export function formatShell(values: ReadonlyMap<string, string>): string {
  const quote = (value: string) => `'${value.replaceAll("'", "'\\''")}'`
  return Array.from(values, ([name, value]) => `export ${name}=${quote(value)}\n`).join('')
}

/**
 * @param values name to value; names of letters, digits, `_`, `.` and `-`
 * @returns one `NAME=value` for each, for `docker run --env-file`, which takes the value as it stands
 * @throws LockerError `locker_error` for a value that doesn't fit into a line
 */
export function formatDocker(values: ReadonlyMap<string, string>): string {
  return Array.from(values, ([name, value]) => {
    if (value.includes('\n')) refuse('docker', name, 'its value holds a line break')
    if (value.endsWith('\r')) refuse('docker', name, 'its value ends with a carriage return')
    const line = `${name}=${value}`
    if (Buffer.byteLength(line) > MAX_DOCKER_LINE_BYTES) {
      refuse('docker', name, `its line would be longer than ${MAX_DOCKER_LINE_BYTES} bytes`)
    }
    return `${line}\n`
  }).join('')
}
