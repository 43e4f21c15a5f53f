import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatCompletion } from '../../src/run/completion.ts'
import { FLAGS, type Shell } from '../../src/run/flags.ts'
import { createFolder, runToEnd } from './built.ts'

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish']
const isInstalled = (shell: Shell) => spawnSync(shell, ['--version']).error === undefined

describe.each(SHELLS)('the script for %s', (shell) => {
  const script = formatCompletion(shell)

  it.each(FLAGS)('knows --$name', ({ name, short, isNegatable }) => {
    const dashes = shell === 'fish' ? ['-l ', '-s '] : ['--', '-']
    const spellings = [`${dashes[0]}${name}`, ...(isNegatable ? [`${dashes[0]}no-${name}`] : [])]
    for (const spelling of spellings) expect(script).toMatch(new RegExp(`${spelling}\\b`))
    if (short !== undefined) expect(script).toMatch(new RegExp(`[^-]${dashes[1]}${short}\\b`))
  })

  it.runIf(isInstalled(shell))('is understood by it', () => {
    const file = join(createFolder(), 'script')
    writeFileSync(file, script)
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

it.each(SHELLS)('is printed for %s, whatever the configuration', async (shell) => {
  const { status, stdout, stderr } = await runToEnd(['--completion', shell], { LOCKER_TIMEOUT_MS: 'x' })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: formatCompletion(shell), stderr: '' })
})

describe.runIf(isInstalled('bash'))('in bash', () => {
  it.each([
    [['--trans'], ['--transform']],
    [['--no-dot'], ['--no-dotenv']],
    [['-e', 'staging', '--on-e'], ['--on-error']],
    [['-e', '=', 'staging', '--on-e'], ['--on-error']],
    [['--environment=staging', '--on-e'], ['--on-error']],
    [['--override', '--on-e'], ['--on-error']],
    [['--override', '=', 'A', '--on-e'], ['--on-error']],
  ])('completes an option in %j', (words, expected) => {
    expect(completeInBash(words)).toEqual(expected)
  })

  it('offers every option where one may stand', () => {
    const long = FLAGS.map(({ name }) => `--${name}`)
    expect(completeInBash([''])).toEqual(expect.arrayContaining([...long, '-e', '-c']))
  })

  it.each([
    [
      ['--transform', ''],
      ['none', 'upper-snake'],
    ],
    [['--transform', 'u'], ['upper-snake']],
    [
      ['--transform', '='],
      ['none', 'upper-snake'],
    ],
    [['--transform', '=', 'u'], ['upper-snake']],
    [['--transform=u'], ['--transform=upper-snake']],
    [['--fetch', '=', 't'], ['true']],
    [['-e', 'x', '--on-error', 'w'], ['warn']],
    [['-e', ''], []],
  ])('completes a value in %j', (words, expected) => {
    expect(completeInBash(words)).toEqual(expected)
  })

  it.each([
    ['files', ['--dotenv', 'f'], ['file one.env', 'folder one']],
    ['folders', ['--cache', 'f'], ['folder one']],
    ['commands', ['mkfif'], ['mkfifo']],
    ['commands behind --', ['-e', 'x', '--', 'mkfif'], ['mkfifo']],
    ['paths of commands', ['./fo'], ['./folder one']],
    ['files for the command', ['ls', 'file'], ['file one.env']],
    ['files for a command behind --', ['--', 'ls', 'file'], ['file one.env']],
    ['no option of ours for the command', ['ls', '--trans'], []],
  ])('offers %s', (_, words, expected) => {
    expect([...new Set(completeInBash(words))].sort()).toEqual(expected)
  })

  it('leaves the command to bash-completion where that is loaded', () => {
    const prelude = '_comp_command_offset() { COMPREPLY=("offset $1"); }'
    expect(completeInBash(['-e', 'x', 'ls', '-'], prelude)).toEqual(['offset 3'])
  })
})

describe.runIf(isInstalled('fish'))('in fish', () => {
  it.each([
    ['--transf', ['--transform']],
    ['-e x --no-dot', ['--no-dotenv']],
    ['--transform ', ['none', 'upper-snake']],
    ['--transform=u', ['--transform=upper-snake']],
    ['--fetch=t', ['--fetch=true']],
    ['-e ', []],
    ['--dotenv file', ['file one.env']],
    ['mkfif', ['mkfifo']],
    ['-e x -- mkfif', ['mkfifo']],
    ['-e x ls file', ['file one.env']],
    ['ls --transf', []],
  ])('completes %j', (line, expected) => {
    const script = `${formatCompletion('fish')}\ncomplete -C ${JSON.stringify(`locker-run ${line}`)}`
    const env = { PATH: process.env['PATH'], HOME: createFolder() }
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], {
      cwd: createFiles(),
      env,
      encoding: 'utf8',
    })
    const words = stdout.split('\n').map((text) => text.split('\t')[0])
    expect({ words: words.filter((word) => word !== ''), stderr }).toEqual({ words: expected, stderr: '' })
  })
})

/** As readline would: the last word is the one at hand, and `=` is a word of its own. */
function completeInBash(words: readonly string[], prelude = ''): string[] {
  const script = `${prelude}
${formatCompletion('bash')}
COMP_WORDS=(locker-run "$@"); COMP_CWORD=$#
_locker_run
for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-uc', script, 'bash', ...words], {
    cwd: createFiles(),
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

function createFiles(): string {
  const folder = createFolder()
  writeFileSync(join(folder, 'file one.env'), '')
  mkdirSync(join(folder, 'folder one'))
  return folder
}
