import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, LOCKER_RUN, REGISTER, type Result, runToEnd, type Variables } from './built.ts'
import { startServer } from './servers.ts'

const SECRETS = [
  { key: 'SHARED', value: 'all' },
  { key: 'SHARED', value: 'staging', environment: 'staging' },
  { key: 'ONLY_ALL', value: 'all' },
  { key: 'SHARED', value: 'production', environment: 'production' },
]
const PRINT = [process.execPath, '-p', 'JSON.stringify(process.env)']
const NESTED = [process.execPath, LOCKER_RUN]

describe('the command', () => {
  it.each([
    [[], { SHARED: 'all', ONLY_ALL: 'all', LOCKER_ENVIRONMENT: 'ALL' }],
    [['-e', 'ALL'], { SHARED: 'all', ONLY_ALL: 'all', LOCKER_ENVIRONMENT: 'ALL' }],
    [['-e', 'staging'], { SHARED: 'staging', ONLY_ALL: 'all', LOCKER_ENVIRONMENT: 'staging' }],
    [['-e', 'staging', '--prefix', 'X_'], { X_SHARED: 'staging', X_ONLY_ALL: 'all' }],
  ])('with %j gets %j', async (flags, expected) => {
    expect(await printEnvironment(flags)).toMatchObject(expected)
  })

  it('keeps what was set, unless it is overridden', async () => {
    const kept = { SHARED: 'mine', ONLY_ALL: '' }
    expect(await printEnvironment([], kept)).toMatchObject(kept)
    const overridden = { SHARED: 'all', ONLY_ALL: '' }
    expect(await printEnvironment(['--override=SHARED'], kept)).toMatchObject(overridden)
  })

  it('gets no credentials and no headers, and the settings that were used', async () => {
    const more = { LOCKER_HEADERS: 'X-Canary: 1', LOCKER_ACCESS_KEY_SECRET: '' }
    const variables = await printEnvironment(['-e', 'staging'], more)
    expect(
      Object.keys(variables)
        .filter((name) => name.startsWith('LOCKER'))
        .sort(),
    ).toEqual(['LOCKERPM_LOADED', 'LOCKER_API_BASE', 'LOCKER_CACHE', 'LOCKER_ENVIRONMENT'])
  })

  it('gets credentials and headers with --keep-credentials', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { stdout } = await runToEnd(['--keep-credentials', ...PRINT], { ...env, LOCKER_HEADERS: 'X-A: 1' })
    expect(JSON.parse(stdout)).toMatchObject({ ...env, LOCKER_HEADERS: 'X-A: 1' })
  })

  it('inherits nothing but what is harmless with --no-inherit-env', async () => {
    const mine = {
      SHARED: 'mine',
      MINE: '1',
      NODE_OPTIONS: '--no-warnings',
      LC_ALL: 'C',
      TZ: 'UTC',
      LANG: 'C',
    }
    const variables = await printEnvironment(['--no-inherit-env'], mine)
    const names = ['HOME', 'LANG', 'LC_ALL', 'LOCKERPM_LOADED', 'LOCKER_API_BASE', 'LOCKER_ENVIRONMENT']
    expect(Object.keys(variables).sort()).toEqual([...names, 'ONLY_ALL', 'PATH', 'SHARED', 'TZ'])
    expect(variables).toMatchObject({ SHARED: 'all' })
  })

  it('gets what .env says, which names the secrets that it hides', async () => {
    const folder = createFolder()
    writeFileSync(join(folder, '.env'), 'SHARED=dotenv\nLOCKER_ENVIRONMENT=staging\n')
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { stdout, stderr } = await runToEnd(PRINT, env, folder)
    expect(JSON.parse(stdout)).toMatchObject({ SHARED: 'dotenv', LOCKER_ENVIRONMENT: 'staging' })
    expect(stderr).toMatch(/^lockerpm: \.env hides [^\n]*SHARED[^\n]*\n$/)
  })

  it.each([
    ['true', 'in the environment', {}],
    ['1', 'in .env', { '.env': 'LOCKER_DISABLE=1\n' }],
  ])('gets what we have, credentials included, when LOCKER_DISABLE is %s %s', async (value, _, files) => {
    const folder = createFolder()
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const env = {
      LOCKER_ACCESS_KEY_SECRET: 'Y2FuYXJ5',
      ...('.env' in files ? {} : { LOCKER_DISABLE: value }),
    }
    const { stdout, stderr } = await runToEnd(PRINT, env, folder)
    expect(JSON.parse(stdout)).toMatchObject(env)
    expect(stderr).toBe('')
  })

  it('runs a line through the shell, words that follow being its arguments', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { stdout } = await runToEnd(['-c', 'echo "$SHARED" "$0" "$1" $#', 'a b', 'c'], env)
    expect(stdout).toBe('all sh a b 2\n')
  })

  it('is told about when NODE_DEBUG shows everything that it gets', async () => {
    const { env } = await startServer({})
    const { stderr } = await runToEnd(['true'], { ...env, NODE_DEBUG: 'child_process' })
    expect(stderr).toMatch(/^lockerpm: NODE_DEBUG [^\n]*: unset it\n/)
  })

  it('is left in peace when NODE_DEBUG shows something else', async () => {
    const { env } = await startServer({})
    expect((await runToEnd(['true'], { ...env, NODE_DEBUG: 'nothing' })).stderr).toBe('')
  })
})

describe('a command that loads again', () => {
  it('fetches once for the same environment', async () => {
    const { server, env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { stdout } = await runToEnd(['-e', 'staging', ...NESTED, '-e', 'staging', ...PRINT], env)
    expect(JSON.parse(stdout)).toMatchObject({ SHARED: 'staging' })
    expect(server.requests.filter(({ url }) => url.includes('/profile'))).toHaveLength(1)
  })

  it('fails for another environment, naming the flag that would help', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { status, stdout, stderr } = await runToEnd(
      ['-e', 'staging', ...NESTED, '-e', 'production', ...PRINT],
      env,
    )
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: [^\n]*locker-run removed it[^\n]*--keep-credentials\n$/)
  })

  it('gets the values of the other environment when it may', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const outer = ['--keep-credentials', '-e', 'staging']
    const { stdout } = await runToEnd([...outer, ...NESTED, '-e', 'production', ...PRINT], env)
    expect(JSON.parse(stdout)).toMatchObject({ SHARED: 'production', ONLY_ALL: 'all' })
  })
})

describe('a command that preloads lockerpm/register', () => {
  it.each([
    ['as an option', ['--prefix', 'P_'], {}],
    ['as a variable that is not inherited', ['--no-inherit-env'], { LOCKER_PREFIX: 'P_' }],
  ])('keeps what was set, and loads nothing, with a prefix %s', async (_, flags, more) => {
    const { server, env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const preloaded = [process.execPath, '-r', REGISTER, ...PRINT.slice(1)]
    const { stdout } = await runToEnd(['--keep-credentials', ...flags, ...preloaded], { ...env, ...more })
    expect(JSON.parse(stdout)).toMatchObject({ P_SHARED: 'all', P_ONLY_ALL: 'all', LOCKER_PREFIX: 'P_' })
    expect(JSON.parse(stdout)).not.toHaveProperty('SHARED')
    expect(server.requests.filter(({ url }) => url.includes('/profile'))).toHaveLength(1)
  })

  it('comes to the same with every setting that says how secrets are merged', async () => {
    const { server, env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const flags = ['--override=SHARED', '--include=*', '--exclude', 'x*', '--transform', 'upper-snake']
    const more = ['--required=P_SHARED', '--allow=PATH', '--prefix=P_', '--keep-credentials']
    const preloaded = [process.execPath, '-r', REGISTER, ...PRINT.slice(1)]
    const { stdout } = await runToEnd([...flags, ...more, ...preloaded], env)
    expect(JSON.parse(stdout)).toMatchObject({ P_SHARED: 'all', P_ONLY_ALL: 'all' })
    expect(server.requests.filter(({ url }) => url.includes('/profile'))).toHaveLength(1)
  })
})

describe('a flag that is empty', () => {
  it.each([
    ['prefix', 'P_'],
    ['include', ['NONE']],
    ['exclude', ['*']],
    ['required', ['MISSING']],
    ['override', ['PATH']],
  ])('undoes what locker.json says of %s, for a lockerpm/register inside as well', async (name, value) => {
    const folder = createFolder()
    writeFileSync(join(folder, 'locker.json'), JSON.stringify({ [name]: value }))
    const { server, env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const preloaded = [process.execPath, '-r', REGISTER, ...PRINT.slice(1)]
    const { stdout, stderr } = await runToEnd(['--keep-credentials', `--${name}=`, ...preloaded], env, folder)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ SHARED: 'all', ONLY_ALL: 'all' })
    expect(Object.keys(JSON.parse(stdout)).filter((key) => key.startsWith('P_'))).toEqual([])
    expect(server.requests.filter(({ url }) => url.includes('/profile'))).toHaveLength(1)
  })
})

describe.runIf(process.platform === 'linux')('an environment that Linux does not take', () => {
  it('because of one secret is refused by name', async () => {
    // With "BIG=" and the closing NUL it is one byte too long.
    const value = 'c'.repeat(131_072 - 'BIG='.length)
    expect(await runWith([{ key: 'BIG', value }])).toEqual({
      status: 126,
      stderr: expect.stringMatching(/the variable BIG has 131073 bytes with its name/),
    })
    expect(await runWith([{ key: 'BIG', value: value.slice(1) }])).toEqual({ status: 0, stderr: '' })
  })

  it('because of all together is refused, and the largest secret is named', async () => {
    const secrets = Array.from({ length: 80 }, (_, index) => ({
      key: `KEY_${index}`,
      value: 'c'.repeat(100_000),
    }))
    const result = await runWith([...secrets, { key: 'LARGEST', value: 'c'.repeat(100_001) }])
    expect(result).toEqual({
      status: 126,
      stderr: expect.stringMatching(/The largest variable is LARGEST with 100010/),
    })
    expect(result.stderr).not.toContain('ccc')
  })
})

async function printEnvironment(
  flags: readonly string[],
  more: Variables = {},
): Promise<Record<string, string>> {
  const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
  const { stdout, stderr } = await runToEnd([...flags, ...PRINT], { ...env, ...more })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

async function runWith(
  secrets: readonly { key: string; value: string }[],
): Promise<Pick<Result, 'status' | 'stderr'>> {
  const { env } = await startServer({ seeds: [{ secrets }] })
  const { status, stderr } = await runToEnd(['true'], env)
  return { status, stderr }
}
