import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseDotenv } from 'dotenv'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { createFolder, LOCKER_RUN, type Result, runToEnd, start, startRun, type Variables } from './built.ts'
import { startServer, startSilentServer } from './servers.ts'

const SECRETS = [
  { key: 'SHARED', value: 'all' },
  { key: 'SHARED', value: 'staging', environment: 'staging' },
  { key: 'NASTY', value: 'it\'s "$HOME" `id` \\' },
]
const ALL = { NASTY: 'it\'s "$HOME" `id` \\', SHARED: 'all' }
const RUN = `'${process.execPath}' '${LOCKER_RUN}'`

describe('--export', () => {
  it.each([
    ['json', JSON.parse],
    ['yaml', parseYaml],
    ['dotenv', parseDotenv],
    ['docker', readLines],
    ['k8s', (text: string) => readSecret(parseYaml(text))],
  ])('prints %s that is read back', async (format, read) => {
    const { status, stdout, stderr } = await exportFrom(['--export', format])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(read(stdout)).toEqual(ALL)
  })

  it('prints shell commands that set the variables', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const line = `eval "$(${RUN} --export shell)" && printf %s "$NASTY"`
    const { stdout, stderr } = await start('/bin/sh', ['-c', line], env).ended
    expect({ stdout, stderr }).toEqual({ stdout: ALL.NASTY, stderr: '' })
  })

  it.each([
    [['-e', 'staging'], { ...ALL, SHARED: 'staging' }],
    [['--exclude=NAS*', '--prefix=APP_'], { APP_SHARED: 'all' }],
    [['--include=nothing'], {}],
    [['--override'], ALL],
  ])('with %j prints %j', async (flags, expected) => {
    expect(JSON.parse((await exportFrom(['--export=json', ...flags])).stdout)).toEqual(expected)
  })

  it('does not care what .env and the environment say', async () => {
    const folder = createFolder()
    writeFileSync(join(folder, '.env'), 'SHARED=dotenv\nOTHER=dotenv\nLOCKER_ENVIRONMENT=staging\n')
    const { stdout, stderr } = await exportFrom(['--export=json'], SECRETS, { NASTY: 'mine' }, folder)
    expect(JSON.parse(stdout)).toEqual({ ...ALL, SHARED: 'staging' })
    expect(stderr).toBe('')
  })

  it('prints names that no variable may have where the format takes them, and warns of dangerous ones', async () => {
    const secrets = [
      { key: 'db.password', value: 'x' },
      { key: 'NODE_OPTIONS', value: 'y' },
    ]
    const { stdout, stderr } = await exportFrom(['--export=json'], secrets)
    expect(JSON.parse(stdout)).toEqual({ 'db.password': 'x', NODE_OPTIONS: 'y' })
    expect(stderr).toMatch(/^lockerpm: written as well, [^\n]*: NODE_OPTIONS\n$/)
    expect((await exportFrom(['--export=json', '--allow=NODE_OPTIONS'], secrets)).stderr).toBe('')
  })

  it.each([
    [
      'a name that the format has no room for',
      ['--export=shell'],
      [{ key: 'a.b', value: 'canary' }],
      /"a\.b" .*shell/,
    ],
    ['a value that it cannot carry', ['--export=docker'], [{ key: 'A', value: 'canary\n' }], /"A" .*docker/],
    [
      'two keys of one name',
      ['--export=json', '--transform=upper-snake'],
      ['a.b', 'a-b'].map((key) => ({ key, value: 'canary' })),
      /a-b and a\.b/,
    ],
    ['a required variable that nobody sets', ['--export=json', '--required=MISSING'], SECRETS, /MISSING/],
    ['an unknown environment', ['--export=json', '-e', 'nowhere'], SECRETS, /"nowhere".*--environment/],
    [
      'an unknown environment, even if a start would go on',
      ['--export=json', '-e', 'nowhere', '--on-error=warn'],
      SECRETS,
      /"nowhere"/,
    ],
  ])('prints nothing because of %s', async (_, flags, secrets, reason) => {
    const harmless = { key: 'A0', value: 'canary' }
    const { status, stdout, stderr } = await exportFrom(flags, [harmless, ...secrets])
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: the secrets were not exported: [^\n]*\n$/)
    expect(stderr).toMatch(reason)
    expect(stderr).not.toContain('canary')
  })

  it('is content when the environment has what is required', async () => {
    expect((await exportFrom(['--export=json', '--required=MINE'], SECRETS, { MINE: '1' })).status).toBe(0)
  })

  it('refuses to print nothing when it is switched off', async () => {
    const { status, stdout, stderr } = await runToEnd(['--export=json'])
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toContain('LOCKER_DISABLE is true')
  })

  it('names --keep-credentials where a locker-run above has removed them', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { status, stdout, stderr } = await runToEnd([process.execPath, LOCKER_RUN, '--export=json'], env)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/start that with --keep-credentials\n$/)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at once with %s while it loads', async (signal) => {
    const { connected, env } = await startSilentServer()
    const run = startRun(['--export=json'], { ...env, LOCKER_TIMEOUT_MS: '600000' })
    await connected
    run.child.kill(signal)
    expect(await run.ended).toEqual({ status: null, signal, stdout: '', stderr: '' })
  })
})

describe('stdout', () => {
  const LARGE = Array.from({ length: 100 }, (_, index) => ({
    key: `KEY_${index}`,
    value: 'x'.repeat(100_000),
  }))

  it('gets all of a large export, however slowly it is read', async () => {
    const { stdout } = await pipeExport('(sleep 1; wc -c)')
    expect(Number(stdout)).toBeGreaterThan(10_000_000)
  })

  it('may be closed by a reader that has seen enough', async () => {
    expect(await pipeExport('head -c 20 >/dev/null')).toMatchObject({ status: 0, stderr: '' })
  })

  it.runIf(existsSync('/dev/full'))('that is full is a failure', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
    const { status, stderr } = await start('/bin/sh', ['-c', `${RUN} --export json >/dev/full`], env).ended
    expect(status).toBe(125)
    expect(stderr).toMatch(/^lockerpm: [^\n]*stdout can't be written to \(ENOSPC\)\n$/)
  })

  async function pipeExport(reader: string): Promise<Result> {
    const { env } = await startServer({ seeds: [{ secrets: LARGE }] })
    // The status is locker-run's, by way of the third descriptor.
    const line = `exec 4>&1; exit "$({ { ${RUN} --export json; echo $? >&3; } | ${reader} >&4; } 3>&1)"`
    return start('/bin/sh', ['-c', line], env).ended
  }
})

describe('--export github', () => {
  const PEM = [{ key: 'PEM', value: 'line 1\n\nline 100%\r\n' }]

  it('masks every line on stdout, and appends the values to the file', async () => {
    const file = createFile('BEFORE=1\n')
    const { status, stdout, stderr } = await exportFrom(['--export=github'], PEM, { GITHUB_ENV: file })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe('::add-mask::line 1\n::add-mask::line 100%25\n')
    const [, delimiter] = /^BEFORE=1\nPEM<<(locker_[0-9a-f-]{36})\n/.exec(readFileSync(file, 'utf8')) ?? []
    expect(readFileSync(file, 'utf8')).toBe(`BEFORE=1\nPEM<<${delimiter}\n${PEM[0]?.value}\n${delimiter}\n`)
  })

  it('begins a line of its own behind half a line', async () => {
    const file = createFile('BEFORE=1')
    await exportFrom(['--export=github'], PEM, { GITHUB_ENV: file })
    expect(readFileSync(file, 'utf8')).toMatch(/^BEFORE=1\nPEM<</)
  })

  it('makes the file, for nobody else to read', async () => {
    const file = join(createFolder(), 'env')
    await exportFrom(['--export=github'], PEM, { GITHUB_ENV: file })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each([[{}], [{ GITHUB_ENV: '' }]])('prints nothing with %j', async (env) => {
    const { status, stdout, stderr } = await exportFrom(['--export=github'], PEM, env)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: [^\n]*GITHUB_ENV is not set[^\n]*\n$/)
  })

  it.each([
    ['is a folder', () => createFolder(), 'EISDIR'],
    ['is in no folder', () => join(createFolder(), 'missing', 'env'), 'ENOENT'],
    [
      'is a pipe that nobody reads',
      () => {
        const pipe = join(createFolder(), 'pipe')
        execFileSync('mkfifo', [pipe])
        return pipe
      },
      'not a regular file',
    ],
  ])('fails when the file %s', async (_, make, reason) => {
    const { status, stderr } = await exportFrom(['--export=github'], PEM, { GITHUB_ENV: make() })
    expect(status).toBe(125)
    expect(stderr).toMatch(/^lockerpm: [^\n]* can't be appended to[^\n]*\n$/)
    expect(stderr).toContain(reason)
  })

  it('writes no value that could not be masked', async () => {
    const file = createFile('')
    const { env } = await startServer({ seeds: [{ secrets: PEM }] })
    const run = startRun(['--export=github'], { ...env, GITHUB_ENV: file })
    run.child.stdout?.destroy()
    expect(await run.ended).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('stdout is closed'),
    })
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('leaves the file as it was when a value does not fit', async () => {
    const file = createFile('')
    const secrets = [...PEM, { key: 'a.b', value: 'x' }]
    expect(await exportFrom(['--export=github'], secrets, { GITHUB_ENV: file })).toMatchObject({
      status: 125,
      stdout: '',
    })
    expect(readFileSync(file, 'utf8')).toBe('')
  })
})

async function exportFrom(
  flags: readonly string[],
  secrets: readonly { key: string; value: string; environment?: string }[] = SECRETS,
  more: Variables = {},
  folder?: string,
): Promise<Result> {
  const { env } = await startServer({ seeds: [{ secrets }] })
  return runToEnd(flags, { ...env, ...more }, folder)
}

function createFile(text: string): string {
  const file = join(createFolder(), 'env')
  writeFileSync(file, text)
  return file
}

function readLines(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

function readSecret(manifest: { kind: string; data: Record<string, string> }): Record<string, string> {
  expect(manifest.kind).toBe('Secret')
  const entries = Object.entries(manifest.data)
  return Object.fromEntries(entries.map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]))
}
