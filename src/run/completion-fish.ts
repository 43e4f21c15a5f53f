/** The script for fish. */
import type { CompletedOption } from './completion.ts'

/** @returns the script; what it does is told in its own comments */
export function formatFishCompletion(options: readonly CompletedOption[]): string {
  const withValue = options
    .filter(({ argument }) => argument === 'required')
    .flatMap(({ long, short }) => (short === undefined ? [long] : [short, long]))
  return `# Completion of locker-run for fish:
# locker-run --completion fish > ~/.config/fish/completions/locker-run.fish

# The command's words before the cursor, a line each; fails while it has not begun.
function __locker_run_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        set -l word $words[1]
        set -e words[1]
        switch $word
            case --
                string join \\n -- $words
                return 0
            case ${withValue.join(' ')}
                set -q words[1]; and set -e words[1]
            case '-*'
            case '*'
                string join \\n -- $word $words
                return 0
        end
    end
    return 1
end

function __locker_run_in_options
    not __locker_run_command >/dev/null
end

# As if the command stood alone.
function __locker_run_complete
    set -l words (__locker_run_command)
    complete --do-complete=(string join ' ' -- (string escape -- $words) (commandline -ct))
end

complete -c locker-run -f
complete -c locker-run -a '(__locker_run_complete)'
${options.map((option) => `${formatOption(option)}\n`).join('')}`
}

function formatOption({ long, short, argument, values, doc }: CompletedOption): string {
  const names = [...(short === undefined ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`].join(' ')
  const value = [...(argument === 'required' ? ['-r'] : []), ...formatValues(argument, values)].join(' ')
  return `complete -c locker-run -n __locker_run_in_options ${names}${value && ` ${value}`} -d ${quote(doc)}`
}

function formatValues(argument: CompletedOption['argument'], values: CompletedOption['values']): string[] {
  if (argument === 'none') return []
  if (values === 'file') return ['-F']
  if (values === 'folder') return ['-f', '-a', quote('(__fish_complete_directories)')]
  return values === undefined ? ['-f'] : ['-f', '-a', quote(values.join(' '))]
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
