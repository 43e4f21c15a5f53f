/** Every door of the installed package, on every Node that it supports: silent when all is well, else one line. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { VALUES } from '../acceptance/canaries.ts'
import { arrange, DOORS, FAILURES } from '../acceptance/failures.ts'
import { Machine } from '../acceptance/machine.ts'
import { linesOf } from '../acceptance/programs.ts'

const LOAD = ['/v1/profile', '/v1/secrets']
const PRODUCTION = { LOCKER_ENVIRONMENT: 'production' }
/** Whatever Node means to deprecate ends the program. */
const STRICT = { NODE_OPTIONS: '--pending-deprecation --throw-deprecation' }
const EXAMPLES = join(import.meta.dirname, '../fixtures/sdk-examples')

describe.each(inject('nodes'))('Node $range', ({ range, path }) => {
  const newMachine = () => new Machine(path)

  it('is the one that is meant', async () => {
    const { stdout } = await newMachine().run('node -p process.versions.node')
    expect(`${stdout.trim()}.`.startsWith(`${range}.`)).toBe(true)
  })

  it('-r lockerpm/register asks the service when cold, and nothing when warm', async () => {
    const machine = newMachine()
    const server = await machine.serve()
    for (const rest of ['0', '600']) {
      const env = { ...server.env, ...PRODUCTION, LOCKER_REST_TIME: rest }
      const { status, stdout, stderr } = await machine.run(
        'node -r lockerpm/register app.js DATABASE_URL',
        env,
      )
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: linesOf(VALUES.production),
        stderr: '',
      })
      expect(machine.requests().toSorted()).toEqual(LOAD)
    }
  })

  it.each([
    ['--import, CommonJS', 'node --import lockerpm/register app.js DATABASE_URL', {}],
    ['--import, ES module', 'node --import lockerpm/register app.mjs DATABASE_URL', {}],
    ['-r, ES module', 'node -r lockerpm/register app.mjs DATABASE_URL', {}],
    ['the first import', 'node esm/main.js', {}],
    ['the first require', 'node required.js', {}],
    ['NODE_OPTIONS with -r', 'node app.js DATABASE_URL', { NODE_OPTIONS: '-r lockerpm/register' }],
    [
      'NODE_OPTIONS with --import',
      'node app.mjs DATABASE_URL',
      { NODE_OPTIONS: '--import lockerpm/register' },
    ],
    ['locker-run', 'locker-run -- node app.js DATABASE_URL', {}],
  ])('%s: the program sees the secrets, after one load', async (_, line, env) => {
    const outcome = await newMachine().runWithServer(line, { ...PRODUCTION, ...env })
    const { status, stdout, stderr, requests } = outcome
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: linesOf(VALUES.production), stderr: '' })
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it.each(Object.values(DOORS))('%s uses nothing that Node means to deprecate', async (line) => {
    const env = { ...PRODUCTION, ...STRICT }
    const { status, stdout, stderr } = await newMachine().runWithServer(`${line} DATABASE_URL`, env)
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: linesOf(VALUES.production), stderr: '' })
  })

  it('a worker thread, a fork and a cluster do not load again', async () => {
    const line = 'node -r lockerpm/register processes.js main'
    const { status, stdout, stderr, requests } = await newMachine().runWithServer(line, PRODUCTION)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const place of ['main', 'worker', 'fork', 'cluster'])
      expect(stdout).toContain(linesOf(VALUES.production, place))
    expect(requests.toSorted()).toEqual(LOAD)
  })

  it.each([
    ['with its status', 'exit 7', { status: 7, signal: undefined }],
    ['of its signal', 'kill -TERM $$', { status: undefined, signal: 'SIGTERM' }],
  ])('locker-run ends as the command does: %s', async (_, script, ended) => {
    const machine = newMachine()
    const server = await machine.serve()
    const outcome = await machine.run(`locker-run -- sh -c '${script}'`, server.env)
    expect(outcome).toEqual({ ...ended, stdout: '', stderr: '' })
  })

  it('locker-run --exec gives way to the command, or says which Node it needs', async () => {
    const machine = newMachine()
    const server = await machine.serve()
    const hasExecve = (await machine.run('node -p "typeof process.execve"')).stdout === 'function\n'
    const running = machine.start("locker-run --exec -- sh -c 'echo $$; exit 7'", server.env)
    const { status, stdout, stderr } = await running.ended
    if (hasExecve) {
      expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: `${running.pid}\n`, stderr: '' })
    } else {
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
      expect(stderr).toMatch(/^lockerpm: .*--exec.*22\.15.*\n$/)
    }
  })

  it('the SDK prints the same in each kind of module, async and sync', async () => {
    const outputs: string[] = []
    for (const twin of ['', '-sync'])
      for (const extension of ['mjs', 'cjs']) {
        const machine = newMachine()
        cpSync(EXAMPLES, machine.folder, { recursive: true })
        const outcome = await machine.runWithServer(`node documentation${twin}.${extension}`, STRICT)
        expect(outcome).toMatchObject({ status: 0, stderr: '' })
        expect(outcome.stdout).toContain('already_exists 409')
        outputs.push(outcome.stdout)
      }
    expect(new Set(outputs).size).toBe(1)
  })

  describe.each(Object.entries(DOORS))('%s', (_, command) => {
    it.each(['a wrong secret half', 'a server that never answers'])(
      'fails with one line: %s',
      async (name) => {
        const failure = FAILURES[name]
        if (failure === undefined) throw new Error(`no such failure: ${name}`)
        const machine = newMachine()
        const { status, stdout, stderr } = await machine.run(command, await arrange(machine, failure))
        expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
        expect(stderr).toMatch(/^lockerpm: .*\n$/)
        for (const words of failure.says) expect(stderr).toMatch(words)
        expect(machine.isStarted).toBe(false)
      },
    )
  })

  it.each(['await locker.get(key)', 'locker.getSync(key)'])(
    '%s keeps its deadline against a server that never answers',
    async (call) => {
      const machine = newMachine()
      const server = await machine.serve("--fault 'hang'")
      const lines = [
        "import { APIConnectionError, Locker } from 'lockerpm'",
        "const [locker, key] = [new Locker({ timeoutMs: 700 }), 'DATABASE_URL']",
        `try { ${call} } catch (error) { console.log(error instanceof APIConnectionError, error.code) }`,
      ]
      machine.write('hanging.mjs', lines.join('\n'))
      const { status, stdout, stderr } = await machine.run('node hanging.mjs', server.env)
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'true http_error\n', stderr: '' })
    },
  )
})
