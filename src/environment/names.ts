/** Names of variables: which are allowed, and which are the same. product: section 1, Merge policy */

/** The variables of a process; undefined means unset. */
export type Env = Readonly<Record<string, string | undefined>>

/** @returns whether a variable may be called so: `[A-Za-z_][A-Za-z0-9_]*` */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
}

/** @returns the form in which two names are equal if they are one variable: Windows ignores case */
export function foldName(name: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? name.toUpperCase() : name
}

/**
 * Asks for strings because `toString` and `__proto__` are there in any object, but are no strings.
 *
 * @returns whether the variable is set; an empty one is
 */
export function isSet(env: Env, name: string): boolean {
  return typeof env[name] === 'string'
}

/** @returns a function that gives the spelling in which a variable is set; undefined: it isn't */
export function spellingsIn(env: Env, platform: NodeJS.Platform): (name: string) => string | undefined {
  if (platform !== 'win32') return (name) => (isSet(env, name) ? name : undefined)
  const names = Object.keys(env).filter((name) => isSet(env, name))
  const spellings = new Map(names.map((name) => [foldName(name, platform), name]))
  return (name) => spellings.get(foldName(name, platform))
}

/**
 * Derives a variable's name from a key in the manner of `upper-snake`: words at punctuation and at humps, in capitals.
 * What is no ASCII stays as it is, so that the name is left out and said, rather than mangled.
 *
 * @param key `db.password`, `dbPassword`, `HTTPServer`
 * @returns `DB_PASSWORD`, `DB_PASSWORD`, `HTTP_SERVER`; an upper-snake key is returned unchanged
 */
export function toUpperSnake(key: string): string {
  return key
    .replace(/([a-z]\d*|\d(?=[A-Z][a-z]))(?=[A-Z])/g, '$1_')
    .replace(/([A-Z])(?=[A-Z][a-z])/g, '$1_')
    .replace(/[\0-/:-@[-^`{-\x7f]+/g, '_')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
}
