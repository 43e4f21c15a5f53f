/** Secrets as text that other tools read. product: section 3, `--export` */
import { formatDotenv } from './format-dotenv.ts'
import { formatGithub } from './format-github.ts'
import { formatJson, formatKubernetes, formatYaml } from './format-json.ts'
import { formatDocker, formatShell } from './format-lines.ts'
import { type ExportFormat, NAME_RULES } from './format-names.ts'
import { refuse } from './format-refusal.ts'

/**
 * @param format which form
 * @param values name to value, in the order in which they are written
 * @param randomDelimiter for `github`: gives a fresh one for each value. Default: a random UUID
 * @returns the whole text, with a newline at its end; a reader of the format gets back exactly `values`
 * @throws LockerError `locker_error` naming the variable and the format when the format can't carry it
 */
export function formatEnvironment(
  format: ExportFormat,
  values: ReadonlyMap<string, string>,
  randomDelimiter?: () => string,
): string {
  for (const [name, value] of values) {
    checkName(format, name)
    checkValue(format, name, value)
  }
  switch (format) {
    case 'dotenv':
      return formatDotenv(values)
    case 'json':
      return formatJson(values)
    case 'yaml':
      return formatYaml(values)
    case 'shell':
      return formatShell(values)
    case 'docker':
      return formatDocker(values)
    case 'github':
      return formatGithub(values, randomDelimiter)
    case 'k8s':
      return formatKubernetes(values)
  }
}

/** The forms that become environment variables, which end at a NUL. */
const WITHOUT_NUL: readonly ExportFormat[] = ['dotenv', 'shell', 'docker', 'github']

function checkName(format: ExportFormat, name: string): void {
  const broken = NAME_RULES[format].find(({ pattern }) => !pattern.test(name))
  if (broken !== undefined) refuse(format, name, broken.reason)
  if (hasLoneSurrogate(name)) refuse(format, name, 'its name is not valid Unicode')
}

function checkValue(format: ExportFormat, name: string, value: string): void {
  if (hasLoneSurrogate(value)) refuse(format, name, 'its value is not valid Unicode')
  if (value.includes('\0') && WITHOUT_NUL.includes(format)) refuse(format, name, 'its value holds a NUL')
}

/** UTF-8 has no form for half a pair: what is written would be read back as something else. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}
