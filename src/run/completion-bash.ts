/** The script for bash, from 3.2, which macOS still has. */
import type { CompletedOption } from './completion.ts'

/** @returns the script; what it does is told in its own comments */
export function formatBashCompletion(options: readonly CompletedOption[]): string {
  const spellings = options.flatMap(spell)
  const withValue = options.filter(({ argument }) => argument === 'required').flatMap(spell)
  const cases = options.flatMap(formatCase)
  return `# Completion of locker-run for bash. In ~/.bashrc: eval "$(locker-run --completion bash)"
_locker_run() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag='' prefix='' i=1
  COMPREPLY=()
  # To the word at hand: "=" is a word of its own, and the first word that is no option starts the command.
  while [ "$i" -lt "$COMP_CWORD" ]; do
    flag=\${COMP_WORDS[i]}
    case $flag in
      --) _locker_run_command "$((i + 1))"; return ;;
      -*=*) flag='' ;;
      ${withValue.join('|')})
        i=$((i + 1))
        if [ "\${COMP_WORDS[i]:-}" = = ]; then i=$((i + 1)); fi ;;
      -*) if [ "\${COMP_WORDS[i + 1]:-}" = = ]; then i=$((i + 2)); else flag=''; fi ;;
      *) _locker_run_command "$i"; return ;;
    esac
    if [ "$i" -lt "$COMP_CWORD" ]; then flag=''; fi
    i=$((i + 1))
  done
  if [ "$cur" = = ]; then cur=''; fi
  case $cur in
    --*=*) flag=\${cur%%=*} prefix=$flag= cur=\${cur#*=} ;;
  esac
  case $flag in
    '') case $cur in
      ''|-*) _locker_run_words '${spellings.join(' ')}' ;;
      *) _locker_run_command "$COMP_CWORD" ;;
    esac ;;
${cases.map((line) => `    ${line}\n`).join('')}  esac
}
_locker_run_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -P "$prefix" -W "$1" -- "$cur"))
}
_locker_run_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -P "$prefix" -A "$1" -- "$cur"))
}
_locker_run_command() {
  # By bash-completion, where it is loaded.
  if declare -F _comp_command_offset >/dev/null; then _comp_command_offset "$1"
  elif declare -F _command_offset >/dev/null; then _command_offset "$1"
  elif [ "$1" -ne "$COMP_CWORD" ]; then _locker_run_paths file
  else
    case $cur in
      */*) _locker_run_paths command ;;
      *) COMPREPLY=($(compgen -c -- "$cur")) ;;
    esac
  fi
}
complete -F _locker_run locker-run
`
}

function spell({ long, short }: CompletedOption): string[] {
  return short === undefined ? [long] : [short, long]
}

function formatCase(option: CompletedOption): string[] {
  const { values } = option
  if (values === undefined) return []
  const pattern = spell(option).join('|')
  if (values === 'file') return [`${pattern}) _locker_run_paths file ;;`]
  if (values === 'folder') return [`${pattern}) _locker_run_paths directory ;;`]
  return [`${pattern}) _locker_run_words '${values.join(' ')}' ;;`]
}
