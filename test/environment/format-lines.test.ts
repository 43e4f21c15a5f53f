import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execaSync } from 'execa'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { LockerError } from '../../src/errors.ts'
import { entriesOf, identifier, mapOf, NASTY_VALUES, nastyValue, word } from './format-values.ts'

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

/** `docker run --env-file` by its documented rules: one line each, as it stands, comments and blanks left out. */
function readEnvFile(text: string): Record<string, string> {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  for (const line of lines) expect(Buffer.byteLength(`${line}\n`)).toBeLessThanOrEqual(64 * 1024)
  const entries = lines
    .map((line) => line.replace(/\r$/, '').replace(/^[\s\u0085]+/u, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, string] => {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/su.exec(line) ?? []
      if (name === '' || /[ \t]/.test(name)) throw new Error('no variable name')
      return [name, value]
    })
  return Object.fromEntries(entries)
}

describe('docker', () => {
  it('is read back by the rules of --env-file, or refused', () => {
    let taken = 0
    fc.assert(
      fc.property(mapOf(fc.oneof(identifier, word)), (values) => {
        let text: string
        try {
          text = formatEnvironment('docker', values)
        } catch (error) {
          expect(error).toBeInstanceOf(LockerError)
          const refused = [...values.values()].filter((value) => value.includes('\n') || value.endsWith('\r'))
          expect(refused).not.toHaveLength(0)
          return
        }
        taken += 1
        expect(readEnvFile(text)).toEqual(entriesOf(values))
      }),
      { numRuns: 2000 },
    )
    expect(taken).toBeGreaterThan(300)
  })

  it.each(['', '  both ends  ', '"quoted"', '#', 'a=b', '$HOME', 'a\rb', '\\n', '\u2028', '\t'])(
    'takes %j as it stands',
    (value) => {
      expect(formatEnvironment('docker', new Map([['A', value]]))).toBe(`A=${value}\n`)
    },
  )

  it.each([
    ['a\nb', 'its value holds a line break'],
    ['\n', 'its value holds a line break'],
    ['a\r\n', 'its value holds a line break'],
    ['a\r', 'its value ends with a carriage return'],
    ['\r', 'its value ends with a carriage return'],
    ['x'.repeat(65_534), 'its line would be longer than 65535 bytes'],
    ['é'.repeat(32_767), 'its line would be longer than 65535 bytes'],
  ])('refuses a value like %j', (value, reason) => {
    expect(() => formatEnvironment('docker', new Map([['A', value]]))).toThrow(
      `"A" can't be written as docker: ${reason}. Choose another format`,
    )
  })

  it('takes the longest line that Docker reads', () => {
    expect(formatEnvironment('docker', new Map([['A', 'x'.repeat(65_533)]]))).toHaveLength(65_536)
  })

  it('is empty for no variables', () => {
    expect(formatEnvironment('docker', new Map())).toBe('')
  })
})
