import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../src/environment/format-names.ts'
import { LockerError } from '../../src/errors.ts'

const CANARY = 'canary-9f31'

function messageOf(format: ExportFormat, name: string, value: string): string {
  try {
    formatEnvironment(
      format,
      new Map([
        ['BEFORE', 'x'],
        [name, value],
      ]),
    )
  } catch (error) {
    expect(error).toBeInstanceOf(LockerError)
    expect(error).toMatchObject({ code: 'locker_error' })
    expect(inspect(error, { showHidden: true, depth: null })).not.toContain(CANARY)
    return (error as LockerError).message
  }
  throw new Error('it did not fail')
}

function takes(format: ExportFormat, name: string, value = 'x'): boolean {
  try {
    formatEnvironment(format, new Map([[name, value]]))
    return true
  } catch {
    return false
  }
}

describe('formatEnvironment', () => {
  const values = new Map([
    ['DATABASE_URL', 'postgres://app:s3cr$t@db/prod'],
    ['QUOTE', "it's"],
  ])

  it.each([
    ['dotenv', "DATABASE_URL='postgres://app:s3cr$t@db/prod'\nQUOTE=\"it's\"\n"],
    ['json', '{\n  "DATABASE_URL": "postgres://app:s3cr$t@db/prod",\n  "QUOTE": "it\'s"\n}\n'],
    ['yaml', '"DATABASE_URL": "postgres://app:s3cr$t@db/prod"\n"QUOTE": "it\'s"\n'],
    ['shell', "export DATABASE_URL='postgres://app:s3cr$t@db/prod'\nexport QUOTE='it'\\''s'\n"],
    ['docker', "DATABASE_URL=postgres://app:s3cr$t@db/prod\nQUOTE=it's\n"],
    ['github', "DATABASE_URL<<D\npostgres://app:s3cr$t@db/prod\nD\nQUOTE<<D\nit's\nD\n"],
    [
      'k8s',
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: locker-secrets\ntype: Opaque\ndata:\n' +
        '  "DATABASE_URL": "cG9zdGdyZXM6Ly9hcHA6czNjciR0QGRiL3Byb2Q="\n  "QUOTE": "aXQncw=="\n',
    ],
  ] as const)('writes %s', (format, expected) => {
    expect(formatEnvironment(format, values, () => 'D')).toBe(expected)
  })

  it('knows seven formats', () => {
    expect(EXPORT_FORMATS).toEqual(['dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'])
  })

  it.each(EXPORT_FORMATS)(
    'refuses as %s a value that is not valid Unicode, by the name of its variable',
    (format) => {
      for (const half of ['\ud800', '\udfff', `${CANARY}\udc00\ud800`, '\ud83d\ude00\ude00']) {
        expect(messageOf(format, 'TOKEN', half)).toBe(
          `"TOKEN" can't be written as ${format}: its value is not valid Unicode. Choose another format, or leave it out (--exclude)`,
        )
      }
    },
  )

  it.each(['json', 'yaml'] as const)('refuses as %s a name that is not valid Unicode', (format) => {
    expect(messageOf(format, 'A\ud800', 'x')).toContain('its name is not valid Unicode')
  })

  it.each(['dotenv', 'shell', 'docker', 'github'] as const)('refuses as %s a value with a NUL', (format) => {
    expect(messageOf(format, 'TOKEN', `${CANARY}\0`)).toContain(
      `"TOKEN" can't be written as ${format}: its value holds a NUL. `,
    )
  })

  it.each(['json', 'yaml', 'k8s'] as const)('takes as %s a value with a NUL', (format) => {
    expect(takes(format, 'TOKEN', 'a\0b')).toBe(true)
  })

  it('writes a name with line breaks and escapes as one line of the error', () => {
    expect(messageOf('shell', 'A\n\u001b[31m', CANARY)).toMatch(
      /^"A\\u000a\\u001b\[31m" can't be written as shell: /,
    )
  })
})

describe('names', () => {
  it.each<[string, ...ExportFormat[]]>([
    ['DATABASE_URL', 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['a9', 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['_A', 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['export', 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['9A', 'dotenv', 'json', 'yaml', 'docker', 'k8s'],
    ['db.password', 'dotenv', 'json', 'yaml', 'docker', 'k8s'],
    ['db-password', 'dotenv', 'json', 'yaml', 'docker', 'k8s'],
    ['.hidden', 'dotenv', 'json', 'yaml', 'docker', 'k8s'],
    ['__proto__', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['__proto__x', 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['.', 'dotenv', 'json', 'yaml', 'docker'],
    ['..', 'dotenv', 'json', 'yaml', 'docker'],
    ['..a', 'dotenv', 'json', 'yaml', 'docker'],
    ['.a.', 'dotenv', 'json', 'yaml', 'docker', 'k8s'],
    ['x'.repeat(253), 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'k8s'],
    ['x'.repeat(254), 'dotenv', 'json', 'yaml', 'shell', 'docker', 'github'],
    ['', 'json', 'yaml'],
    ['init secret key', 'json', 'yaml'],
    ['A=B', 'json', 'yaml'],
    ['#A', 'json', 'yaml'],
    ['A\n', 'json', 'yaml'],
    ['A\nB', 'json', 'yaml'],
    ['A\0', 'json', 'yaml'],
    ['MẬT_KHẨU', 'json', 'yaml'],
    ['A$B', 'json', 'yaml'],
    ["A'", 'json', 'yaml'],
    ['a/b', 'json', 'yaml'],
    ['UID', 'dotenv', 'json', 'yaml', 'docker', 'github', 'k8s'],
  ])('%j fits into its formats and no other', (name, ...formats) => {
    expect(EXPORT_FORMATS.filter((format) => takes(format, name))).toEqual(formats)
  })

  it('as shell, those that bash sets or swallows are refused, and what only looks like one is not', () => {
    const owned = (
      'BASH BASH_ENV BASHPID DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD LINENO OPTIND ' +
      'PPID RANDOM SRANDOM SECONDS SHELLOPTS SHLVL UID'
    ).split(' ')
    const free = owned.flatMap((name) => [`X${name}`, `_${name}`, name.toLowerCase()])
    const longer = owned.filter((name) => !/^(?:BASH|EPOCH)/.test(name))
    expect(['_', ...owned].filter((name) => takes('shell', name))).toEqual([])
    const similar = [...free, ...longer.map((name) => `${name}S`), '__']
    expect(similar.filter((name) => !takes('shell', name))).toEqual([])
  })

  it.each<[ExportFormat, string, string]>([
    ['dotenv', 'a b', "a name there has only letters, digits, '_', '.' and '-'"],
    ['dotenv', '__proto__', "dotenv's parser drops that name"],
    ['docker', 'a b', "a name there has only letters, digits, '_', '.' and '-'"],
    ['shell', 'a.b', "a name there has only letters, digits and '_', and no digit first"],
    ['shell', 'UID', 'the shell gives that name a value of its own'],
    ['github', 'a.b', "a name there has only letters, digits and '_', and no digit first"],
    ['k8s', 'a b', "a name there has only letters, digits, '_', '.' and '-'"],
    ['k8s', '..', "a key there is not '.' and doesn't begin with '..'"],
    ['k8s', 'x'.repeat(254), 'a key there has at most 253 characters'],
  ])('as %s, %j is refused saying why', (format, name, reason) => {
    expect(messageOf(format, name, CANARY)).toBe(
      `"${name}" can't be written as ${format}: ${reason}. Choose another format, or leave it out (--exclude)`,
    )
  })
})
