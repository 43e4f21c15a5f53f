/** The script for zsh. */
import type { CompletedOption } from './completion.ts'

/** @returns the script; what it does is told in its own comments */
export function formatZshCompletion(options: readonly CompletedOption[]): string {
  const specs = options.flatMap(formatSpecs)
  return `#compdef locker-run
# Completion of locker-run for zsh. Either: locker-run --completion zsh > "\${fpath[1]}/_locker-run"
# or, in ~/.zshrc after compinit: eval "$(locker-run --completion zsh)"
_locker-run() {
  # The first word that is no option starts the command.
  _arguments -S -A '-*' \\
${specs.map((spec) => `    ${spec} \\\n`).join('')}    '(-)1: :_command_names -e' \\
    '*:: :_normal'
}
if [ "$funcstack[1]" = _locker-run ]; then
  _locker-run "$@"
else
  compdef _locker-run locker-run
fi
`
}

/** A specification for `_arguments` for each spelling. `=`: behind it or in the next word; `=-`: behind it. */
function formatSpecs({ long, short, argument, isRepeatable, ...rest }: CompletedOption): string[] {
  const spellings = short === undefined ? [long] : [short, long]
  const repetition = isRepeatable ? '*' : `(${spellings.join(' ')})`
  const doc = `[${escapeDoc(rest.doc)}]`
  return spellings.map((spelling) => {
    const join = spelling === short || argument === 'none' ? '' : argument === 'required' ? '=' : '=-'
    return quote(`${repetition}${spelling}${join}${doc}${formatValue(argument, rest)}`)
  })
}

function formatValue(
  argument: CompletedOption['argument'],
  { placeholder, values }: Pick<CompletedOption, 'placeholder' | 'values'>,
): string {
  if (argument === 'none') return ''
  const colon = argument === 'optional' ? '::' : ':'
  return `${colon}${placeholder}:${formatAction(values)}`
}

function formatAction(values: CompletedOption['values']): string {
  if (values === 'file') return '_files'
  if (values === 'folder') return '_files -/'
  return values === undefined ? ' ' : `(${values.join(' ')})`
}

function escapeDoc(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
