/** How one kind of value is read, from text as from JSON or code. The kinds themselves are in `kinds.ts`. */

/** Why a value is not taken. `text` follows the name of its origin: `must be true or false`. Never quotes the value. */
export class Problem {
  readonly text: string

  /** @param text the end of a sentence whose subject is the setting */
  constructor(text: string) {
    this.text = text
  }
}

/** How a setting's flag looks. */
export interface FlagForm {
  /** What `--help` shows as the value: `MS`, `FILE`. */
  readonly placeholder: string
  /** `optional`: the bare flag means `true`, and a value needs `=`. */
  readonly argument: 'optional' | 'required'
  /** Whether `--no-…` means `false`. */
  readonly isNegatable: boolean
  /** Whether the flag may be given several times: the texts are joined by commas. */
  readonly isRepeatable: boolean
}

/** Reads one kind of value. Relative paths are relative to `folder`. */
export interface Kind<Value> extends FlagForm {
  /** @param text of a flag or a variable */
  parse(text: string, folder: string): Value | Problem
  /** @param value from JSON or code: what is natural there, or the same text as in a variable */
  decode(value: unknown, folder: string): Value | Problem
}

/** What a {@link Kind} is made from. Undefined stands for the general problem, {@link Shape.mustBe}. */
export interface Shape<Value> extends Partial<FlagForm> {
  readonly placeholder: string
  /** `true, false, 1 or 0`. */
  readonly mustBe: string
  parse(text: string, folder: string): Value | Problem | undefined
  /** For values that aren't text. */
  decode?(value: unknown, folder: string): Value | Problem | undefined
}

/** @returns a kind; its flag takes a value, has no `--no-…` and is given once unless the shape says otherwise */
export function defineKind<Value>(shape: Shape<Value>): Kind<Value> {
  const { placeholder, argument = 'required', isNegatable = false, isRepeatable = false } = shape
  const problem = new Problem(`must be ${shape.mustBe}`)
  const parse = (text: string, folder: string) => shape.parse(text, folder) ?? problem
  const decode = (value: unknown, folder: string) => {
    return typeof value === 'string' ? parse(value, folder) : (shape.decode?.(value, folder) ?? problem)
  }
  return { placeholder, argument, isNegatable, isRepeatable, parse, decode }
}
