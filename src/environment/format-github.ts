/** What GitHub's runner reads: the file of `GITHUB_ENV`, and `add-mask` commands. */
import { refuse } from './format-refusal.ts'

/**
 * @param values name to value; names are identifiers
 * @param randomDelimiter gives a fresh delimiter for each value
 * @returns one block for each, to append to the file that `GITHUB_ENV` names
 * @throws LockerError `locker_error` for a value that would end its own block, or that a runner on
 *   Windows would cut
 */
export function formatGithub(
  values: ReadonlyMap<string, string>,
  randomDelimiter: () => string = () => `locker_${process.getBuiltinModule('node:crypto').randomUUID()}`,
): string {
  return Array.from(values, ([name, value]) => {
    if (value.endsWith('\r')) refuse('github', name, 'its value ends with a carriage return')
    const delimiter = randomDelimiter()
    if (value.includes(delimiter)) refuse('github', name, 'its value holds the delimiter')
    return `${name}<<${delimiter}\n${value}\n${delimiter}\n`
  }).join('')
}

/**
 * The log shows a value line by line, so each line is masked for itself. Blank ones are left out: the
 * runner refuses them.
 *
 * @param values name to value
 * @returns one `::add-mask::` command for each different line of each value, for stdout
 */
export function formatGithubMasks(values: ReadonlyMap<string, string>): string {
  const lines = new Set([...values.values()].flatMap((value) => value.split(/[\r\n]/)))
  // What a command's data is escaped for; a line holds no line break any more.
  const masked = [...lines].filter((line) => line.trim() !== '').map((line) => line.replaceAll('%', '%25'))
  return masked.map((line) => `::add-mask::${line}\n`).join('')
}
