/** The command line of a plain command, as far as it can be told without knowing an option. product: section 3 */

/** Where the options end and the command begins. */
export interface CommandLine {
  readonly options: readonly string[]
  /** The command and its arguments. Never empty. */
  readonly words: readonly string[]
}

/** Whether the command is to take our place; right where {@link splitCommandLine} is. */
export function isExecLine({ options }: CommandLine): boolean {
  return options.includes('--exec')
}

/**
 * Not always right: `-e staging echo -- done` has its command before the `--`. Whoever records a start compares with
 * what `parseArgs` found, so that no such line is ever found in a record.
 *
 * @param argv what follows the program's own name
 * @returns undefined: only `parseArgs` can tell
 */
export function splitCommandLine(argv: readonly string[]): CommandLine | undefined {
  if (argv.length > 0 && !argv[0]?.startsWith('-')) return { options: [], words: argv }
  const end = argv.indexOf('--')
  const words = argv.slice(end + 1)
  return end < 0 || words.length === 0 ? undefined : { options: argv.slice(0, end), words }
}
