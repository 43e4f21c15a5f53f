/** The formats, and the names that each has room for. */

/** Every format, in the order in which the help shows them. */
export const EXPORT_FORMATS = ['dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'] as const

/** `dotenv`, `json`, `yaml`, `shell`, `docker`, `github` or `k8s`. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** What a name must match, and what to say when it doesn't. */
export interface NameRule {
  readonly pattern: RegExp
  readonly reason: string
}

const IDENTIFIER: NameRule = {
  pattern: /^[A-Za-z_]\w*$/,
  reason: "a name there has only letters, digits and '_', and no digit first",
}

const WORD: NameRule = {
  pattern: /^[\w.-]+$/,
  reason: "a name there has only letters, digits, '_', '.' and '-'",
}

const NOT_PROTO: NameRule = { pattern: /^(?!__proto__$)/, reason: "dotenv's parser drops that name" }

/** Names that bash sets itself or leaves out of the environment, whatever it is told. */
const NOT_THE_SHELLS: NameRule = {
  pattern:
    /^(?!(?:_|BASH\w*|DIRSTACK|EPOCH\w*|EUID|FUNCNAME|GROUPS|HISTCMD|LINENO|OPTIND|PPID|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|UID)$)/,
  reason: 'the shell gives that name a value of its own',
}

const NOT_A_PATH: NameRule = {
  pattern: /^(?!\.$|\.\.)/,
  reason: "a key there is not '.' and doesn't begin with '..'",
}

const NOT_TOO_LONG: NameRule = { pattern: /^.{0,253}$/, reason: 'a key there has at most 253 characters' }

/** What each format asks of a name. JSON and YAML take any text. */
export const NAME_RULES: Readonly<Record<ExportFormat, readonly NameRule[]>> = {
  dotenv: [WORD, NOT_PROTO],
  json: [],
  yaml: [],
  shell: [IDENTIFIER, NOT_THE_SHELLS],
  docker: [WORD],
  github: [IDENTIFIER],
  k8s: [WORD, NOT_A_PATH, NOT_TOO_LONG],
}
