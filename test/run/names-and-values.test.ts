import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DENIED_NAMES, DENIED_PREFIXES } from '../../src/environment/deny-list.ts'
import { createFolder, LOCKER_RUN, REGISTER, runToEnd, start, type Variables } from './built.ts'
import { startServer } from './servers.ts'

/** Linux takes no more for one variable, with its name and its closing NUL. */
const MAX_BYTES = 131_072

const mixed = (name: string) =>
  [...name].map((letter, index) => (index % 2 === 0 ? letter.toLowerCase() : letter)).join('')

/** What no variable may be called, and why. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['NODE_OPTIONS\0x', 'syntax'],
  ['NODE_OPTIONS=--require=/x.cjs', 'syntax'],
  ['NODE_OPTIONS ', 'syntax'],
  ['\nNODE_OPTIONS', 'syntax'],
  ['LD_PRELOAD=/x.so:', 'syntax'],
  ['LD_PRELOAD=', 'syntax'],
  ['\uff2c\uff24_PRELOAD', 'syntax'],
  ['\u017fHELL', 'syntax'],
  ['=', 'syntax'],
  ['=C:', 'syntax'],
  ['A=B', 'syntax'],
  ['A\nB', 'syntax'],
  ['1A', 'syntax'],
  ['a-b', 'syntax'],
  ['BASH_FUNC_ls%%', 'syntax'],
  ['mật_khẩu', 'syntax'],
  ['🔐', 'syntax'],
  ['LOCKER_ENVIRONMENT', 'reserved'],
  ['Locker_Anything', 'reserved'],
  ['lockerpm_LOADED', 'reserved'],
  ...[...DENIED_NAMES, ...DENIED_PREFIXES.map((prefix) => `${prefix}X`)].map(
    (name) => [mixed(name), 'denied'] as const,
  ),
]
/** What looks odd and is a variable like any other, up to the largest that there can be. */
const TAKEN: readonly (readonly [string, string])[] = [
  ['__proto__', 'canary __proto__'],
  ['constructor', 'canary constructor'],
  ['toString', 'canary toString'],
  ['hasOwnProperty', 'canary hasOwnProperty'],
  ['__defineGetter__', 'canary getter'],
  ['length', 'canary length'],
  ['EMPTY', ''],
  ['NEWLINES', '\ncanary\r\n\n'],
  ['UNICODE', 'canary mật khẩu 🔐 \ufeff\u2028\ufffd'],
  ['NOT_EXPANDED', 'canary $HOME $(id) `id` %PATH% \\n'],
  ['EQUALS', '=canary=='],
  ['A_BYTE_LESS', 'x'.repeat(MAX_BYTES - 'A_BYTE_LESS='.length - 2)],
  ['LARGEST', 'x'.repeat(MAX_BYTES - 'LARGEST='.length - 1)],
  ['LARGEST_WIDE', '€'.repeat((MAX_BYTES - 'LARGEST_WIDE='.length - 1) / 3)],
]
const UNUSABLE: readonly (readonly [string, string])[] = [
  ['NUL', 'canary\0'],
  ['NUL_FIRST', '\0canary'],
]

const SECRETS = [
  ...REFUSED.map(([key]) => ({ key, value: `/canary.so:${key}` })),
  ...[...TAKEN, ...UNUSABLE].map(([key, value]) => ({ key, value })),
]

const EVERYTHING = 'JSON.stringify(process.env)'
/** Each door, as the command line of a Node that prints what its program finds. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'locker-run': [LOCKER_RUN, process.execPath, '-p', EVERYTHING],
  'node -r lockerpm/register': ['-r', REGISTER, '-p', EVERYTHING],
}

describe.each(Object.entries(DOORS))('through %s', (_, args) => {
  it('odd names that are names, and odd values that are values, are set exactly; nothing else is', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { status, stdout } = await start(process.execPath, args, env).ended
    const own = [...Object.keys(env), 'PATH', 'HOME', 'LOCKER_ENVIRONMENT', 'LOCKERPM_LOADED']
    const found = Object.entries(JSON.parse(stdout)).filter(([name]) => !own.includes(name))
    expect(status).toBe(0)
    expect(new Map(found)).toEqual(new Map(TAKEN))
  })

  it('what is left out is said in one line, and shows no value', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { stderr } = await start(process.execPath, args, env).ended
    expect(stderr).toMatch(/^lockerpm: left out: [^\n]* and \d+ more\n$/)
    expect(stderr).not.toContain('canary')
  })

  it('dangerous names are set when they are allowed, in the case in which they are allowed', async () => {
    const secrets = ['HTTP_PROXY', 'http_proxy', 'Editor', 'LOCKER_X'].map((key) => ({
      key,
      value: 'canary',
    }))
    const { env } = await startServer({ seeds: [{ secrets }] })
    const allowing = { ...env, LOCKER_ALLOW: 'HTTP_PROXY,Editor,LOCKER_X' }
    const { stdout } = await start(process.execPath, args, allowing).ended
    const found = Object.entries(JSON.parse(stdout)).filter(([, value]) => value === 'canary')
    expect(found.map(([name]) => name).sort()).toEqual(['Editor', 'HTTP_PROXY'])
  })
})

describe('locker-run --explain --json', () => {
  it('has a reason for every name that is left out', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { stdout } = await runToEnd(['--explain', '--json'], env)
    const reasons = new Map<string, unknown>(
      JSON.parse(stdout).variables.map(({ name, leftOut }: Record<string, string>) => [name, leftOut]),
    )
    const expected = [
      ...REFUSED,
      ...TAKEN.map(([name]) => [name, null]),
      ...UNUSABLE.map(([name]) => [name, 'nul']),
    ]
    expect(new Map(expected.map(([name]) => [name, reasons.get(name ?? '')]))).toEqual(
      new Map(expected as []),
    )
  })
})

describe.runIf(process.platform === 'linux')('more than Linux takes', () => {
  const spawnInside =
    '(() => { try { child_process.execFileSync("/bin/true"); return "started" } catch ({ code }) { return code } })()'
  const register = (env: Variables) =>
    start(process.execPath, ['-r', REGISTER, '-p', `${spawnInside} + " " + process.env.BIG.length`], env)
      .ended

  it.each([
    ['the largest variable that there can be', MAX_BYTES, 'started', /^$/],
    [
      'one byte more',
      MAX_BYTES + 1,
      'E2BIG',
      /^lockerpm: every program started from here would fail \(E2BIG\): the variable BIG has 131073 bytes with its name, and Linux takes 131072 for one[^\n]*\n$/,
    ],
  ])('register, with %s', async (_, bytes, outcome, warning) => {
    const value = 'c'.repeat(bytes - 'BIG='.length - 1)
    const { env } = await startServer({ seeds: [{ secrets: [{ key: 'BIG', value }] }] })
    const { status, stdout, stderr } = await register(env)
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${outcome} ${value.length}\n` })
    expect(stderr).toMatch(warning)
  })

  it('all together: register says so, naming the largest, and starts the program', async () => {
    const secrets = Array.from({ length: 80 }, (_, index) => ({
      key: `KEY_${index}`,
      value: 'c'.repeat(100_000),
    }))
    const { env } = await startServer({
      seeds: [{ secrets: [...secrets, { key: 'BIG', value: 'c'.repeat(100_010) }] }],
    })
    const { status, stdout, stderr } = await register(env)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'E2BIG 100010\n' })
    expect(stderr).toMatch(
      /^lockerpm: every program [^\n]* more than the system takes\. The largest variable is BIG with 100015\b[^\n]*\n$/,
    )
    expect(stderr).not.toContain('ccc')
  })
})

describe('a locker.json', () => {
  it.each([
    ['half a character', '\\ud800'],
    ['a NUL', 'prod\\u0000'],
  ])('with %s in the environment it names is refused, by its name', async (_, text) => {
    const { env } = await startServer({ seeds: [{ secrets: [{ key: 'A', value: 'a' }] }] })
    const folder = createFolder()
    writeFileSync(join(folder, 'locker.json'), `{"environment": "${text}"}`)
    const { status, stdout, stderr } = await runToEnd(['echo', 'started'], env, folder)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(
      /^lockerpm: [^\n]*environment in [^\n]*locker\.json must be the name of an environment[^\n]*\n$/,
    )
  })

  it.each(['include', 'exclude', 'required', 'override', 'prefix'])(
    'with half a character in %s lets nothing in that it should not',
    async (key) => {
      const { env } = await startServer({ seeds: [{ secrets: [{ key: '\ufffd', value: 'a' }] }] })
      const folder = createFolder()
      writeFileSync(join(folder, 'locker.json'), `{"${key}": "\\ud800"}`)
      const { stdout, stderr } = await runToEnd([process.execPath, '-p', EVERYTHING], env, folder)
      expect(Object.keys(stdout === '' ? {} : JSON.parse(stdout))).not.toContain('\ufffd')
      expect(stderr).toMatch(/^(lockerpm: [^\n]*\n)?$/)
    },
  )
})
