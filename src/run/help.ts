/** What `--help` prints, made from the flags, so that it can't go out of date. */
import { FLAGS, type Flag } from './flags.ts'

const WIDTH = 80
/** Where explanations begin. */
const COLUMN = 30

const USAGE = 'locker-run [options] [--] command [arguments…]'

const ABOUT = [
  'Runs a command with the secrets of Locker Secrets in its environment. The first',
  'word that is not an option starts the command; after -- nothing is an option.',
]

const EXAMPLES = [
  'locker-run -- npm start',
  'locker-run -e staging --required DATABASE_URL -- node server.js',
  'locker-run -e production -c \'pg_dump "$DATABASE_URL" | gzip > dump.gz\'',
]

const NOTES = [
  'The access key comes from LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY, or',
  'from the files that these names with _FILE point to, or from',
  '~/.locker/credential.json. Any option from Secrets to Behaviour is a variable',
  'too: --timeout-ms is LOCKER_TIMEOUT_MS. Lists may be given option by option.',
  '',
  "Exit status: the command's own; 127 it was not found, 126 it could not be run,",
  '125 locker-run itself failed, and then the command was not started.',
]

/**
 * @param isColoured whether headings are bold
 * @returns the whole text, at most 80 columns wide, with its last newline
 */
export function formatHelp(isColoured: boolean): string {
  const heading = (text: string) => (isColoured ? `\u001b[1m${text}\u001b[0m` : text)
  const indent = (line: string) => `  ${line}`
  const groups = [...new Set(FLAGS.map(({ group }) => group))]
  const options = groups.flatMap((group) => {
    const flags = FLAGS.filter((flag) => flag.group === group)
    return ['', heading(group), ...flags.flatMap(formatFlag)]
  })
  const examples = ['', heading('Examples'), ...EXAMPLES.map(indent)]
  return [`${heading('Usage')}  ${USAGE}`, '', ...ABOUT, ...options, ...examples, '', ...NOTES, ''].join('\n')
}

function formatFlag(flag: Flag): string[] {
  const left = `  ${spell(flag)}`
  const isTooLong = left.length > COLUMN - 2
  const [first = '', ...others] = wrap(explain(flag), WIDTH - COLUMN)
  const lines = [isTooLong ? left : left.padEnd(COLUMN) + first, ...(isTooLong ? [first] : []), ...others]
  return lines.map((line, index) => (index === 0 ? line : ' '.repeat(COLUMN) + line))
}

/** `-e, --environment NAME`, `--[no-]override[=NAME,…]`. */
function spell({ name, short, argument, placeholder, isNegatable }: Flag): string {
  const dashed = `${short === undefined ? '    ' : `-${short}, `}--${isNegatable ? '[no-]' : ''}${name}`
  if (argument === 'required') return `${dashed} ${placeholder}`
  return argument === 'optional' && placeholder !== 'BOOLEAN' ? `${dashed}[=${placeholder}]` : dashed
}

function explain({ doc, defaultText }: Flag): string {
  return defaultText === undefined ? doc : `${doc} (default: ${defaultText})`
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
