/** Levels to stderr, with a type that makes it hard to hand the log a value. */
import { writeSync } from 'node:fs'

/** How much goes to stderr. */
export const LogLevel = { NONE: 0, ERROR: 1, DEBUG: 2 } as const
/** 0 nothing, 1 errors and warnings (default), 2 requests, cache decisions and counts as well. */
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel]

/** A text that somebody has looked at: a setting, a variable, a path, a status. Never a value. */
export interface Name {
  readonly text: string
}

/** What a log line may be built from: a bare string does not compile. */
export type Fact = Name | number | boolean

/** Writes one finished line, without its newline. */
export type LineSink = (line: string) => void

/** A template tag: only {@link Fact}s go in. */
export type LogTag = (strings: TemplateStringsArray, ...facts: readonly Fact[]) => void

/** Where lockerpm speaks. Every line begins with `lockerpm: `. */
export interface Logger {
  readonly level: LogLevel
  /** One finished message, from an error or a warning, shown at level 1 and up. */
  warn(message: string): void
  /** ``logger.debug`answered ${name(status)} in ${ms} ms` ``, shown at level 2. */
  readonly debug: LogTag
}

/**
 * @param text what to show: the name of a thing, never a secret's value
 * @returns the same, fit for {@link Logger.debug}
 */
export function name(text: string): Name {
  return { text }
}

/**
 * @param level what to show
 * @param sink where lines go, without their newline
 */
export function createLogger(level: LogLevel, sink: LineSink): Logger {
  const write = (message: string) => sink(`lockerpm: ${oneLine(message)}`)
  return {
    level,
    warn: (message) => {
      if (level >= LogLevel.ERROR) write(message)
    },
    debug: (strings, ...facts) => {
      if (level >= LogLevel.DEBUG) write(`debug: ${fill(strings, facts)}`)
    },
  }
}

/**
 * @param said what need not be said any more; left out: nothing
 * @returns warns of each line the first time only
 */
export function createWarnOnce(logger: Logger, said: Iterable<string> = []): (line: string) => void {
  const known = new Set(said)
  return (line) => {
    if (!known.has(line)) logger.warn(line)
    known.add(line)
  }
}

/**
 * Writes to the descriptor itself: a stream would report a closed or full stderr by an `error` event,
 * later, and end the program.
 *
 * @param stream where lines go: `process.stderr`, or `{ fd: 2 }`, which doesn't load the stream
 * @returns a sink that never throws and is done when it returns
 */
export function stderrSink(stream: { readonly fd: number }): LineSink {
  return (line) => {
    try {
      writeSync(stream.fd, `${line}\n`)
    } catch {
      // Nobody is listening; the program matters more than the line.
    }
  }
}

/** Keeps a name with newlines or terminal escapes from forging lines of its own. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function fill(strings: TemplateStringsArray, facts: readonly Fact[]): string {
  return strings.reduce((line, part, index) => {
    const fact = facts[index - 1]
    return line + (typeof fact === 'object' ? fact.text : String(fact)) + part
  })
}
