/** Values that break writers of text formats, and readers of those formats. */
import fc from 'fast-check'

/** One of each kind of trouble. */
export const NASTY_VALUES: readonly string[] = [
  '',
  ' ',
  '  leading and trailing  ',
  '\ttab\t',
  '\u00a0no-break spaces\u00a0',
  '-----BEGIN PRIVATE KEY-----\nMIIB\nAAAA==\n-----END PRIVATE KEY-----\n',
  'windows\r\nlines\r\n',
  'a lone \r return',
  '\n',
  '\r',
  '\r\n\r\n',
  "it's",
  'say "hi"',
  '`whoami`',
  '"both" and \'single\'',
  '\'"`',
  '`"\'all three of them\'"`',
  'a # comment',
  '#',
  'a#b',
  '$HOME $\u007bHOME} $(id) $$',
  'back\\slash',
  'ends with a backslash\\',
  'two at the end\\\\',
  'a literal \\n and \\r',
  '%25 %0A 100%',
  'a=b=c',
  'export A=1',
  'A: b',
  '- item',
  '{"json": [1, "two"]}',
  'null',
  '~',
  'yes',
  '007',
  '1e3',
  '!tag',
  '&anchor',
  '*alias',
  '<<',
  'EOF',
  '\u2028line\u2029separators',
  '\u0085next line',
  '\u007f\u009b31m\u001b[31m',
  '\ufeffmark',
  '\ufffe\uffff',
  'mật khẩu 🔐 пароль',
  '2.rpGLUw4u6LjUwg1ww+mIYQ==|gZkMTArZkN7Qt5LBhRSqwQ==|LtuJrOQZHXamlBK8kpF0txCup3WHe2zrQJR0Jp6yVqU=',
]

const PIECES = [
  "'",
  '"',
  '`',
  '\\',
  '#',
  ' ',
  '\n',
  '\r',
  '\t',
  '$',
  '=',
  '%',
  '|',
  '<<',
  '::',
  'n',
  'r',
  'a',
  '\u2028',
]

/** Texts that are mostly trouble, none of them with a NUL. */
export const nastyValue: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 10 }).map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  },
  { weight: 1, arbitrary: fc.constantFrom(...NASTY_VALUES) },
)

/** Maps of up to five such values. */
export function mapOf(name: fc.Arbitrary<string>, value = nastyValue): fc.Arbitrary<Map<string, string>> {
  return fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 5 }).map((entries) => {
    return new Map(entries)
  })
}

/** Names of letters, digits and underscores, prefixed so that none is a shell's own. */
export const identifier: fc.Arbitrary<string> = fc
  .stringMatching(/^[A-Za-z_0-9]{0,10}$/)
  .map((text) => `X_${text}`)

/** Names that may hold dots and dashes as well. */
export const word: fc.Arbitrary<string> = fc.stringMatching(/^[\w.-]{1,10}$/)

/** A map as readers of a format would hold it. */
export function entriesOf(values: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(values)
}
