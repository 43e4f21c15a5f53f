/** The README's recipes, as far as they need nothing but Node, npm and a shell. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { Machine } from './machine.ts'
import { linesOf } from './programs.ts'

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const QUIET = { npm_config_update_notifier: 'false' }

/** @returns the README's code block that begins after some words */
function codeAfter(words: string): string {
  const [, code] = /```\w+\n(.*?)```/s.exec(README.slice(README.indexOf(words))) ?? []
  if (code === undefined) throw new Error(`the README has no code after ${words}`)
  return code
}

describe('npm scripts', () => {
  it('start a server with the secrets, with and without the service', async () => {
    const machine = new Machine()
    machine.write('package.json', codeAfter('**npm scripts.**'))
    machine.write('server.js', "console.log('DATABASE_URL=' + process.env.DATABASE_URL)\n")
    const { env } = await machine.serve()
    expect(await machine.run('npm run --silent start', { ...env, ...QUIET })).toMatchObject({
      stdout: linesOf({ DATABASE_URL: VALUES.ALL.DATABASE_URL }),
      stderr: '',
    })
    machine.write('dev.env', 'DATABASE_URL=local\n')
    expect(await machine.run('npm run --silent dev', QUIET)).toMatchObject({
      stdout: 'DATABASE_URL=local\n',
      stderr: '',
    })
  })
})

describe('an access key in files', () => {
  it.each(['LOCKER_SECRET_ACCESS_KEY', 'LOCKER_ACCESS_KEY_SECRET'])('by %s_FILE', async (name) => {
    const machine = new Machine()
    const { env } = await machine.serve()
    machine.write('id', `${env['LOCKER_ACCESS_KEY_ID']}\n`)
    machine.write('secret', `${env['LOCKER_SECRET_ACCESS_KEY']}\n`)
    const files = { LOCKER_ACCESS_KEY_ID_FILE: 'id', [`${name}_FILE`]: 'secret' }
    const base = { LOCKER_API_BASE: env['LOCKER_API_BASE'], LOCKER_ENVIRONMENT: 'production' }
    expect(await machine.run('locker-run -- node app.js DATABASE_URL', { ...base, ...files })).toMatchObject({
      stdout: linesOf(VALUES.production),
      stderr: '',
    })
  })
})

describe('a sealed file', () => {
  it('starts any environment without the service and without a cache, for the holder of the key', async () => {
    const machine = new Machine()
    const server = await machine.serve()
    const sealed = await machine.run('locker-run --seal secrets.sealed', server.env)
    expect(sealed).toEqual({ status: 0, signal: undefined, stdout: '', stderr: '' })
    await server.stop()
    const env = { ...server.env, LOCKER_SNAPSHOT: 'secrets.sealed', LOCKER_CACHE: 'false' }
    for (const environment of ['production', 'staging'] as const) {
      const { stdout, stderr } = await machine.run('node -r lockerpm/register app.js DATABASE_URL', {
        ...env,
        LOCKER_ENVIRONMENT: environment,
      })
      expect({ stdout, stderr }).toEqual({
        stdout: linesOf({ DATABASE_URL: VALUES[environment].DATABASE_URL }),
        stderr: '',
      })
    }
    const other = { LOCKER_SECRET_ACCESS_KEY: Buffer.alloc(32, 1).toString('base64') }
    const denied = await machine.run('node -r lockerpm/register app.js', { ...env, ...other })
    expect(denied).toMatchObject({ status: 125, stdout: '' })
    expect(denied.stderr).toMatch(/^lockerpm: .*another secret access key.*\n$/)
  })

  it('gives nothing away', async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    await machine.run(`locker-run --seal ${machine.home}/secrets.sealed`, env)
    // The machine itself is looked through when the test ends.
    expect(readFileSync(join(machine.home, 'secrets.sealed'), 'latin1')).toContain('lockerpm snapshot')
  })
})

describe('GitHub Actions', () => {
  it('has the secrets in the steps that follow, masked', async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    machine.write('github.env', '')
    const exported = await machine.run('locker-run -e production --export github', {
      ...env,
      GITHUB_ENV: join(machine.folder, 'github.env'),
    })
    const values = [VALUES.production.DATABASE_URL, VALUES.ALL.API_TOKEN]
    expect(exported.stdout.split('\n').filter(Boolean).toSorted()).toEqual(
      values.map((value) => `::add-mask::${value}`).toSorted(),
    )
    expect(machine.read('github.env')).toEqual(expect.arrayContaining(values))
  })
})

describe('a test of your own', () => {
  it('starts a server in its own process', async () => {
    const machine = new Machine()
    machine.write('ci.env', 'DATABASE_URL=for-tests\n')
    const code = codeAfter('**Tests.**').replace('test/ci.env', 'ci.env')
    const use = 'console.log(await new Locker({ apiBase, accessKeyId, secretAccessKey }).get("DATABASE_URL"))'
    const [before = '', after = ''] = code.split(/^\/\/ .*$/m)
    machine.write('own.test.mjs', `import { Locker } from 'lockerpm'\n${before}${use}${after}`)
    expect(await machine.run('node own.test.mjs')).toMatchObject({ stdout: 'for-tests\n', stderr: '' })
  })
})
