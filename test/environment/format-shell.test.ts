import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execaSync } from 'execa'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { LockerError } from '../../src/errors.ts'
import { entriesOf, NASTY_VALUES, nastyValue } from './format-values.ts'

describe('shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'format-'))
  const file = join(folder, 'exports.sh')
  afterAll(() => rmSync(folder, { recursive: true }))

  const read: Record<string, string> = {
    'sh, sourced': '. "$0"',
    'sh, evaluated': 'eval "$(cat "$0")"',
    'bash, sourced': '. "$0"',
    'bash, evaluated': 'eval "$(cat "$0")"',
  }

  /** The environment that a real shell hands to a child after it has read the text. */
  function environmentAfter(how: string, text: string): Record<string, string> {
    writeFileSync(file, text)
    const [shell = ''] = how.split(',')
    const script = `set -eu; ${read[how]}; exec "$NODE" -p 'JSON.stringify(process.env)'`
    const env = { PATH: '/usr/bin:/bin', NODE: process.execPath, LC_ALL: 'C.UTF-8' }
    const { stdout } = execaSync(shell, ['-c', script, file], { env, extendEnv: false })
    return JSON.parse(stdout)
  }

  it.each(Object.keys(read))('is read back by %s', (how) => {
    const values = new Map(NASTY_VALUES.map((value, index) => [`X_${index}`, value]))
    expect(environmentAfter(how, formatEnvironment('shell', values))).toMatchObject(entriesOf(values))
  })

  it.each(Object.keys(read))('is read back by %s, whatever the values', (how) => {
    fc.assert(
      fc.property(fc.array(nastyValue, { minLength: 100, maxLength: 200 }), (texts) => {
        const values = new Map(texts.map((text, index) => [`X_${index}`, text]))
        expect(environmentAfter(how, formatEnvironment('shell', values))).toMatchObject(entriesOf(values))
      }),
      // Each run starts a shell and a Node, with a hundred values and more.
      { numRuns: 10 },
    )
  })

  it('carries one long value', () => {
    const values = new Map([['X_LONG', "it's long\n".repeat(10_000)]])
    expect(environmentAfter('sh, sourced', formatEnvironment('shell', values))).toMatchObject(
      entriesOf(values),
    )
  })

  it.each([
    '_',
    'BASHOPTS',
    'BASHPID',
    'BASH_VERSINFO',
    'BASH_COMMAND',
    'DIRSTACK',
    'EPOCHREALTIME',
    'EPOCHSECONDS',
    'EUID',
    'FUNCNAME',
    'GROUPS',
    'HISTCMD',
    'LINENO',
    'OPTIND',
    'PPID',
    'RANDOM',
    'SECONDS',
    'SHELLOPTS',
    'SHLVL',
    'SRANDOM',
    'UID',
  ])('refuses %s, which the shell sets itself', (name) => {
    expect(() => formatEnvironment('shell', new Map([[name, 'x']]))).toThrow(LockerError)
  })

  it.each(['__', '_A', 'MY_UID', 'UID_', 'UIDS', 'uid', 'PATH', 'GROUPS_', 'A_RANDOM', 'TSRANDOM', 'PS4'])(
    'takes %s',
    (name) => {
      expect(formatEnvironment('shell', new Map([[name, 'x']]))).toBe(`export ${name}='x'\n`)
    },
  )

  it('is empty for no variables', () => {
    expect(formatEnvironment('shell', new Map())).toBe('')
  })
})
