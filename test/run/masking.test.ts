import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { SecretSeed } from '../../src/dev-server/seed.ts'
import {
  createFolder,
  DISABLED,
  isAlive,
  LOCKER_RUN,
  type Running,
  runToEnd,
  start,
  startRun,
  type Variables,
} from './built.ts'
import { startServer } from './servers.ts'
import { startInTerminal } from './terminal.ts'

const TOKEN = 'token-0123456789'
const RUN = `'${process.execPath}' '${LOCKER_RUN}'`
const WAIT = { timeout: 50_000, interval: 50 }

describe('--mask', () => {
  it('replaces secrets in stdout and in stderr, and nothing else', async () => {
    const result = await runMasked(['-c', 'echo "<$TOKEN>"; echo "[$TOKEN]" >&2; exit 7'])
    expect(result).toEqual({ status: 7, signal: null, stdout: '<***>\n', stderr: '[***]\n' })
  })

  it.each<[string, string, string, string]>([
    ['of seven characters', '1234567', '<$VALUE>', '<1234567>'],
    ['of eight characters', '12345678', '<$VALUE>', '<***>'],
    ['of several lines', 'line one\nline two\n', '<$VALUE>', '<***>'],
    ['of which one line is shown', 'line one\n  line two\r\n', 'line two', '***'],
    ['with characters of several bytes', 'пароль-мой', '<$VALUE>', '<***>'],
  ])('treats a secret %s as it should', async (_, value, text, expected) => {
    const env = await serve([{ key: 'VALUE', value }])
    const { stdout } = await runToEnd(['--mask', '-c', `printf %s "${text}"`], env)
    expect(stdout).toBe(expected)
  })

  it('replaces a secret that comes in pieces, and keeps back what may be one until it is decided', async () => {
    const line = `printf 'one token-'; sleep 0.2; printf '0123456789 two tok'; sleep 0.2; printf en`
    expect((await runMasked(['-c', line])).stdout).toBe('one *** two token')
  })

  it('shows a question that waits for its answer', async () => {
    const run = startRun(
      ['--mask', '-c', 'printf "name? "; read -r name; echo "$name $TOKEN"'],
      await serve(),
    )
    await run.until(/name\? $/)
    run.child.stdin?.write('me\n')
    expect((await run.ended).stdout).toBe('name? me ***\n')
  })

  it.each<[string, string[], string, Variables?]>([
    ['of another name', ['--prefix', 'X_'], '***'],
    ['that something else hides', [], '***', { TOKEN: 'mine' }],
    ['that is excluded', ['--exclude', 'TOKEN'], TOKEN],
    ['of ALL that the environment replaces', ['-e', 'staging'], TOKEN],
  ])('of a secret %s, treats the value as it should', async (_, flags, expected, more = {}) => {
    const secrets = [{ key: 'TOKEN', value: TOKEN }]
    const env = await serve([...secrets, { key: 'TOKEN', value: 'of staging', environment: 'staging' }])
    const { stdout } = await runToEnd(['--mask', ...flags, 'echo', TOKEN], { ...env, ...more })
    expect(stdout).toBe(`${expected}\n`)
  })

  it('replaces the secret access key as well', async () => {
    const env = await serve()
    const { stdout } = await runToEnd(
      ['--mask', '--keep-credentials', '-c', 'echo $LOCKER_SECRET_ACCESS_KEY'],
      env,
    )
    expect(stdout).toBe('***\n')
  })

  it('knows what a locker-run above has loaded', async () => {
    const { stdout } = await runToEnd(
      [process.execPath, LOCKER_RUN, '--mask', '-c', 'echo $TOKEN'],
      await serve(),
    )
    expect(stdout).toBe('***\n')
  })

  it.runIf(process.platform !== 'win32').each(['stdout', 'stderr'] as const)(
    'gives the command pipes that can be opened by name: %s',
    async (name) => {
      expect((await runMasked(['-c', `echo $TOKEN > /dev/${name}`]))[name]).toBe('***\n')
    },
  )

  it('does with sockets where no pipe can be made', async () => {
    const env = { ...(await serve()), TMPDIR: '/no/such/folder' }
    const result = await runToEnd(['--mask', '-c', 'echo $TOKEN; echo $TOKEN >&2; exit 7'], env)
    expect(result).toEqual({ status: 7, signal: null, stdout: '***\n', stderr: '***\n' })
  })

  it('leaves nothing in the folder for temporary files', async () => {
    const folder = createFolder()
    await runToEnd(['--mask', 'true'], { ...(await serve()), TMPDIR: folder })
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes the terminal from the command, but only when there is something to mask', async () => {
    const ask = `test -t 0 -a -t 1 && echo terminal || echo pipe`
    const masked = startInTerminal(`${RUN} --mask -c '${ask}'`, await serve())
    expect((await masked.ended).stdout).toBe('pipe\r\n')
    const raw = startInTerminal(`${RUN} --mask -c '${ask}'`, DISABLED)
    expect((await raw.ended).stdout).toBe('terminal\r\n')
  })

  it('gives on every byte of what holds no secret', async () => {
    const [folder, env] = [createFolder(), await serve()]
    const bytes = randomBytes(10_000_000)
    writeFileSync(join(folder, 'in'), bytes)
    const line = `${RUN} --mask cat in > out`
    expect(await start('sh', ['-c', line], env, folder).ended).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true)
  })

  it('lets the command wait while nobody reads', async () => {
    const folder = createFolder()
    const script = `const { writeSync, writeFileSync } = require('node:fs')
      const chunk = Buffer.alloc(65_536, 'x')
      for (let count = 1; count <= 1000; count++) { writeSync(1, chunk); writeFileSync('count', String(count)) }`
    const run = startRun(['--mask', process.execPath, '-e', script], await serve(), folder)
    run.child.stdout?.pause()
    const count = await waitUntilStill(join(folder, 'count'))
    expect(count).toBeLessThan(200)
    run.child.stdout?.resume()
    const { status, stdout } = await run.ended
    expect({ status, length: stdout.length }).toEqual({ status: 0, length: 65_536_000 })
  })

  it('waits for a reader that another process has made non-blocking', async () => {
    const other = `'${process.execPath}' -e 'process.stdout; console.error(1); setTimeout(() => {}, 1e6)'`
    const masked = `${RUN} --mask -c 'head -c 100000 /dev/zero; : > half; head -c 900000 /dev/zero'`
    const reader = 'until test -e half; do sleep 0.05; done; sleep 0.2; wc -c'
    const line = `{ ${other} 2>&3 & read _ <&4; ${masked}; kill $!; } | { ${reader}; }`
    const result = await start('sh', ['-c', `mkfifo fifo; exec 4<>fifo 3>fifo; ${line}`], await serve()).ended
    expect({ ...result, stdout: result.stdout.trim() }).toMatchObject({ stdout: '1000000', stderr: '' })
  })

  it('waits as long as it takes for a reader, also when the command has ended', async () => {
    // More than a pipe holds, and no more than two: the command need not wait, but we have to.
    const line = `${RUN} --mask -c 'head -c 120000 /dev/zero; : > done' | { until test -e done; do sleep 0.05; done; sleep 6; wc -c; }`
    const { stdout, stderr } = await start('sh', ['-c', line], await serve()).ended
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: '120000', stderr: '' })
  })

  it('lets the command learn that its reader is gone', async () => {
    const line = `{ ${RUN} --mask yes; echo status $? >&2; } | head -n 1`
    const { stdout, stderr } = await start('sh', ['-c', line], await serve()).ended
    expect({ stdout, stderr }).toEqual({ stdout: 'y\n', stderr: 'status 141\n' })
  })

  it.runIf(process.platform === 'linux')('says why output is lost, and keeps the status', async () => {
    const result = await start(
      'sh',
      ['-c', `${RUN} --mask sh -c 'echo x; exit 7' > /dev/full`],
      await serve(),
    ).ended
    expect(result).toEqual({
      ...{ status: 7, signal: null, stdout: '' },
      stderr: "lockerpm: the rest of the command's output is lost (ENOSPC)\n",
    })
  })

  it('passes signals on, and dies of what the command died of', async () => {
    const run = startRun(['--mask', '-c', 'echo ready $TOKEN; exec sleep 1000'], await serve())
    await run.until(/ready \*\*\*\n/)
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ status: null, signal: 'SIGTERM', stderr: '' })
  })

  it('does not wait for ever for what the command has left behind', async () => {
    const { status, stdout, stderr } = await runMasked(['-c', 'sleep 1000 & printf "$TOKEN tok"; exit 7'])
    expect({ status, stdout }).toEqual({ status: 7, stdout: '*** tok' })
    expect(stderr).toMatch(/^lockerpm: what the command left running still holds its output: [^\n]*\n$/)
  })

  it('waits no longer when it is asked to end', async () => {
    const run = await startOrphan()
    run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ status: null, signal: 'SIGTERM', stderr: '' })
  })
})

async function serve(secrets: SecretSeed[] = [{ key: 'TOKEN', value: TOKEN }]): Promise<Variables> {
  return (await startServer({ seeds: [{ secrets }] })).env
}

async function runMasked(args: readonly string[]): ReturnType<typeof runToEnd> {
  return runToEnd(['--mask', ...args], await serve())
}

/** @returns a command that has ended and been noticed, while something else has its output still */
async function startOrphan(): Promise<Running> {
  const run = startRun(['--mask', '-c', 'sleep 1000 & echo ready $$'], await serve())
  const [, pid] = await run.until(/ready (\d+)\n/)
  await vi.waitUntil(() => !isAlive(Number(pid)), WAIT)
  return run
}

/** @returns the number in a file, once it no longer grows */
async function waitUntilStill(file: string): Promise<number> {
  let [last, since] = ['', 0]
  await vi.waitUntil(() => {
    const text = readFileSync(file, { encoding: 'utf8', flag: 'a+' })
    since = text !== '' && text === last ? since + 1 : 0
    last = text
    return since > 20
  }, WAIT)
  return Number(last)
}
