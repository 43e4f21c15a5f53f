/**
 * The `.env` form: each value in quotes that dotenv's parser gives it back from.
 *
 * That parser knows three kinds of quotes. A closing one is whatever quote stands before the end of a
 * line or a comment, unless a backslash stands before it; a line that no closing one fits is taken up to
 * its first `#`, and the outermost quotes are dropped. Backslashes stay, and between double quotes `\n`
 * and `\r` mean line breaks. A carriage return that is not written so is lost.
 */
import { refuse } from './format-refusal.ts'

type Quote = "'" | '"' | '`'

/** Single quotes first: other tools take what is between them as it is. */
const QUOTES: readonly Quote[] = ["'", '"', '`']

/**
 * @param values name to value; names of letters, digits, `_`, `.` and `-`
 * @returns one `NAME='value'` for each
 * @throws LockerError `locker_error` for a value that no quotes carry
 */
export function formatDotenv(values: ReadonlyMap<string, string>): string {
  return Array.from(values, ([name, value]) => `${name}=${quoteValue(name, value)}\n`).join('')
}

function quoteValue(name: string, value: string): string {
  const fitting = QUOTES.filter((quote) => carries(quote, value))
  const quote = fitting.find((candidate) => !value.includes(candidate)) ?? fitting[0]
  if (quote === undefined) {
    refuse('dotenv', name, 'no quotes carry its mix of quotes, line breaks, # and backslashes')
  }
  const quoted = quote + escapeBreaks(quote, value) + quote
  // Behind a backslash the closing quote may be passed over for a later one: here is one that can't close.
  return value.endsWith('\\') ? `${quoted} # ${quote}.` : quoted
}

function carries(quote: Quote, value: string): boolean {
  if (quote === '"' && /\\[nr]/.test(value)) return false
  const text = escapeBreaks(quote, value)
  if (text.includes('\r')) return false
  const closesEarly = new RegExp(`(?<!\\\\)${quote}`).test(text)
  return !closesEarly || !/[#\n\u2028\u2029]/.test(text)
}

function escapeBreaks(quote: Quote, value: string): string {
  return quote === '"' ? value.replaceAll('\n', '\\n').replaceAll('\r', '\\r') : value
}
