import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { openSecrets, send } from './raw-client.ts'
import { makeFile, makeFolder } from './servers.ts'

/** The built binary. */
const BIN = fileURLToPath(new URL('../../dist/locker-dev.cjs', import.meta.url))
const NODE = process.execPath

/** In a session of its own, so that the terminal of whoever runs the tests takes no part. */
function locker(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = execa(NODE, [BIN, ...args], {
    extendEnv: false,
    env: { PATH: process.env['PATH'], ...env },
    reject: false,
    detached: true,
    stripFinalNewline: false,
  })
  onTestFinished(() => {
    running.kill('SIGKILL')
  })
  return running
}

/** @returns stdout, as soon as `text` is in it */
function shown(running: ReturnType<typeof locker>, text: string): Promise<string> {
  let seen = ''
  return new Promise((resolve, reject) => {
    running.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8')
      if (seen.includes(text)) resolve(seen)
    })
    running.stdout.on('end', () => reject(new Error(`it ended without ${JSON.stringify(text)}`)))
  })
}

/** Prints how many secrets there are. */
const APP = `
  const { LOCKER_API_BASE: base, LOCKER_ACCESS_KEY_ID: id, LOCKER_CA_FILE: ca } = process.env
  const { get } = require(base.split(':')[0])
  const options = { headers: { authorization: 'Bearer ' + id }, ca: ca && require('fs').readFileSync(ca) }
  get(base + '/v1/sync/secrets/count', options, (response) => response.pipe(process.stdout))
`

it.each([[[]], [['--https']], [['--host', '::1']], [['--host', 'localhost', '--https']]])(
  'runs a command against a server of its own, with %j',
  async (flags) => {
    const seed = makeFile('.env', 'A=1\nB=2\n')
    const { stdout, stderr, exitCode } = await locker([...flags, '--seed', seed, '--', NODE, '-e', APP])
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: '2', stderr: '', exitCode: 0 })
  },
)

it.each([
  ['exit 7', 7],
  ['kill -TERM $$', 143],
  ['kill -KILL $$', 137],
  ['kill -QUIT $$', 131],
])('ends with the status of %j', async (script, status) => {
  const { exitCode, stderr } = await locker(['--', 'sh', '-c', `ulimit -c 0; ${script}`])
  expect({ exitCode, stderr }).toEqual({ exitCode: status, stderr: '' })
})

it.each([
  [['--', 'no-such-command'], 127, '"no-such-command" is not found on PATH'],
  [['--', dirname(BIN)], 126, `"${dirname(BIN)}" can't be run: it is a directory`],
  [['--'], 125, 'no command follows --; see locker-dev --help'],
  [['--seed', '/nowhere.json', '--', 'true'], 125, "the seed file /nowhere.json can't be read (ENOENT)"],
  [['--fault', 'x', '--', 'true'], 125, '--fault: "x" is no effect, in "x"; see locker-dev --help'],
  [
    ['--host', '192.0.2.1', '--', 'true'],
    125,
    "can't listen on 192.0.2.1, port 0 (EADDRNOTAVAIL): choose another --host or --port",
  ],
])('answers %j with %i and one line', async (args, status, message) => {
  const { exitCode, stdout, stderr } = await locker(args)
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: status,
    stdout: '',
    stderr: `locker-dev: ${message}\n`,
  })
})

it.each(['HUP', 'INT', 'TERM', 'QUIT', 'USR1', 'USR2'])(
  'passes SIG%s on, and the status that follows',
  async (signal) => {
    const script = `trap 'exit 42' ${signal}; echo ready; while :; do sleep 0.05; done`
    const running = locker(['--', 'sh', '-c', script])
    await shown(running, 'ready')
    running.kill(`SIG${signal}` as NodeJS.Signals)
    const { exitCode, stderr } = await running
    expect({ exitCode, stderr }).toEqual({ exitCode: 42, stderr: '' })
  },
)

/** Says how often it was interrupted within a second. */
const COUNT_INTERRUPTIONS = `
  let count = 0
  process.on('SIGINT', () => { count += 1 })
  setTimeout(() => console.log('<' + count + '>'), 1000)
  console.log('ready')
`

/** The command leaves the terminal's group here, so whatever reaches it came from locker-dev. */
it.runIf(process.platform === 'linux')(
  'does not repeat what the terminal sends to its whole group',
  async () => {
    const app = makeFile('app.js', COUNT_INTERRUPTIONS)
    const command = `'${NODE}' '${BIN}' -- setsid '${NODE}' '${app}'`
    const terminal = execa('script', ['-qec', command, '/dev/null'], {
      extendEnv: false,
      env: { PATH: process.env['PATH'], SHELL: '/bin/sh' },
      reject: false,
    })
    terminal.stdout.once('data', () => terminal.stdin.write('\u0003'))
    const { stdout } = await terminal
    expect(stdout).toContain('<0>')
  },
)

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'prints what a shell needs, and serves until %s',
  async (signal) => {
    const running = locker(['--seed', makeFile('.env', 'A=1\n'), '--https'])
    const lines = await shown(running, 'LOCKER_CA_FILE')
    const variables = ['API_BASE', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'CA_FILE'].map(
      (name) => `LOCKER_${name}`,
    )
    const script = `${lines}\nprintf '%s\\n' ${variables.map((name) => `"$${name}"`).join(' ')}`
    const { stdout } = await execa('sh', ['-c', script])
    const [apiBase = '', accessKeyId = '', secretAccessKey = '', caFile = ''] = stdout.split('\n')
    const ca = readFileSync(caFile, 'utf8')
    expect((await send({ apiBase, accessKeyId, secretAccessKey }, '/v1/profile', { ca })).status).toBe(200)
    running.kill(signal)
    const ended = await running
    expect(ended).toMatchObject({ exitCode: 0, stderr: '', stdout: lines })
    expect(lines.split('\n').map((line) => line.replace(/=.*/, ''))).toEqual([
      ...variables.map((name) => `export ${name}`),
      '',
    ])
  },
)

it('opens with what it printed', async () => {
  const running = locker(['--seed', `p=${makeFile('.env', 'A=1\n')}`])
  const lines = await shown(running, 'SECRET_ACCESS_KEY')
  const value = (name: string) => new RegExp(`${name}='(.*)'`).exec(lines)?.[1] ?? ''
  const target = {
    apiBase: value('LOCKER_API_BASE'),
    accessKeyId: value('LOCKER_ACCESS_KEY_ID'),
    secretAccessKey: value('LOCKER_SECRET_ACCESS_KEY'),
  }
  expect(await openSecrets(target)).toEqual([['p', 'A', '1']])
})

it('keeps credentials in --data, and counts requests in --log', async () => {
  const folder = makeFolder()
  const [data, log] = [join(folder, 'data.json'), join(folder, 'requests.log')]
  const run = () => locker(['--data', data, '--log', log, '--', 'sh', '-c', 'echo $LOCKER_SECRET_ACCESS_KEY'])
  expect((await run()).stdout).toBe((await run()).stdout)
  await locker(['--data', data, '--log', log, '--', NODE, '-e', APP])
  expect(readFileSync(log, 'utf8')).toMatch(/^GET \/v1\/sync\/secrets\/count 200 \d+\.\d\n$/)
})

it('is not changed by LOCKER_* variables, and hands on those that are not credentials', async () => {
  const { stdout, stderr, exitCode } = await locker(
    ['--', 'sh', '-c', 'echo $LOCKER_ENVIRONMENT $LOCKER_API_BASE $LOCKER_ACCESS_KEY_SECRET'],
    {
      LOCKER_ENVIRONMENT: 'production',
      LOCKER_API_BASE: 'ftp://nowhere',
      LOCKER_ACCESS_KEY_SECRET: 'x',
      LOCKER_LOG_LEVEL: '99',
      LOCKER_TIMEOUT_MS: 'x',
      LOCKER_HEADERS: 'x',
    },
  )
  expect(stdout).toMatch(/^production http:\/\/127\.0\.0\.1:\d+\n$/)
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
})

it.each([
  ['--help', /^locker-dev: [\s\S]*--fault SPEC[\s\S]*latency=MS/],
  ['--version', /^\d+\.\d+\.\d+\n$/],
])('answers %s on stdout', async (flag, expected) => {
  const { stdout, stderr, exitCode } = await locker([flag])
  expect(stdout).toMatch(expected)
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
})
