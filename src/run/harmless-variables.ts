/** What is left of an environment for `--no-inherit-env`. product: section 3 */

/** Where programs are found, who and where the user is, and how text and terminal are to be treated. */
const KEPT: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'PWD', 'HOSTNAME', 'TMPDIR'],
  ...['TERM', 'COLORTERM', 'NO_COLOR', 'COLUMNS', 'LINES', 'TZ', 'LANG', 'LANGUAGE'],
])

/** Without these, hardly any program starts on Windows. */
const KEPT_ON_WINDOWS: ReadonlySet<string> = new Set([
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'OS', 'TEMP', 'TMP', 'USERNAME'],
  ...['USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES'],
])

/**
 * @param name of a variable
 * @returns whether a command that inherits nothing still gets it
 */
export function isHarmless(name: string, platform: NodeJS.Platform): boolean {
  const folded = platform === 'win32' ? name.toUpperCase() : name
  if (KEPT.has(folded) || folded.startsWith('LC_')) return true
  return platform === 'win32' && KEPT_ON_WINDOWS.has(folded)
}
