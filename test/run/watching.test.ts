import { describe, expect, it, vi } from 'vitest'
import type { DevServer } from '../../src/dev-server/index.ts'
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

const WAIT = { timeout: 50_000, interval: 20 }
/** Says what it has, each time that it is started, and ends on TERM with 7. */
const SAY = `trap 'exit 7' TERM; echo "start <$VALUE> $$"; while :; do sleep 0.05; done`
/** The same, but TERM means nothing to it. */
const STUBBORN = SAY.replace('exit 7', ':')

describe('--watch', () => {
  it('starts the command again, once for several changes, and hands on signals to the new one', async () => {
    const { run, server } = await startWatched(SAY)
    const [, , first] = await run.until(/start <(one)> (\d+)/)
    for (const value of ['two', 'three', 'four']) server.project.setSecret({ key: 'VALUE', value })
    const [, , second] = await run.until(/start <(four)> (\d+)/)
    expect([isAlive(Number(first)), isAlive(Number(second))]).toEqual([false, true])
    await countPolls(server, 2)
    run.child.kill('SIGTERM')
    const { status, stdout, stderr } = await run.ended
    expect({ status, stderr }).toEqual({ status: 7, stderr: '' })
    expect(stdout.match(/<.*>/g)).toEqual(['<one>', '<four>'])
  })

  it('starts it again for a secret that is new and for one that is deleted', async () => {
    const { run, server } = await startWatched(SAY)
    await run.until(/start <one>/)
    server.project.deleteSecret('VALUE')
    await run.until(/start <>/)
    server.project.setSecret({ key: 'VALUE', value: 'new' })
    await run.until(/start <new>/)
  })

  it('leaves it alone when its own environment stays the same', async () => {
    const { run, server } = await startWatched(SAY, ['-e', 'staging'])
    await run.until(/start <of staging>/)
    server.project.setSecret({ key: 'OTHER', value: 'two', environment: 'production' })
    server.project.setSecret({ key: 'VALUE', value: 'of ALL, and hidden' })
    await countPolls(server, 3)
    run.child.kill('SIGTERM')
    expect((await run.ended).stdout.match(/<.*>/g)).toEqual(['<of staging>'])
  })

  it('ends with its status when it ends by itself, also while an answer is waited for', async () => {
    const { run, server } = await startWatched('echo ready; read -r _; exit 9')
    await run.until(/ready/)
    server.setFaults('hang')
    await countPolls(server, 1)
    run.child.stdin?.end('\n')
    expect(await run.ended).toMatchObject({ status: 9, signal: null, stderr: '' })
  })

  it('kills a command that does not end', async () => {
    const { run, server } = await startWatched(STUBBORN, ['--kill-after=0'])
    await run.until(/start <one>/)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    const [, pid] = await run.until(/start <two> (\d+)/)
    process.kill(Number(pid), 'SIGKILL')
    const { signal, stderr } = await run.ended
    expect(signal).toBe('SIGKILL')
    expect(stderr).toMatch(/^lockerpm: the command did not end within 0 s of TERM, [^\n]*\n$/)
  })

  it('warns once of an outage, and goes on when it is over', async () => {
    const { run, server, stderr } = await startWatched(SAY)
    await run.until(/start <one>/)
    server.setFaults('status=500')
    await vi.waitUntil(() => stderr().includes('\n'), WAIT)
    server.setFaults('html')
    await countPolls(server, 3)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    server.setFaults('')
    await run.until(/start <two>/)
    expect(stderr()).toMatch(/^lockerpm: the command keeps what it has: [^\n]*500[^\n]*\n$/)
  })

  it('keeps the command, and says why, when what it should have now can not be had', async () => {
    const { run, server, stderr } = await startWatched(SAY, ['--required=VALUE', '--on-error=warn'])
    await run.until(/start <one>/)
    server.project.deleteSecret('VALUE')
    await vi.waitUntil(() => stderr().includes('\n'), WAIT)
    await countPolls(server, 2)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    await run.until(/start <two>/)
    expect(stderr()).toBe(
      'lockerpm: the command keeps what it has: required variables are missing or empty: VALUE; asked for by --required\n',
    )
  })

  it('tries again what it could not load, though nothing has changed since', async () => {
    const { run, server, stderr } = await startWatched(SAY)
    await run.until(/start <one>/)
    await countPolls(server, 2)
    server.setFaults('/v1/profile status=401,code=unauthorized')
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    await vi.waitUntil(() => stderr().includes('\n'), WAIT)
    server.setFaults('')
    await run.until(/start <two>/)
    expect(stderr()).toMatch(/^lockerpm: the command keeps what it has: [^\n]*401[^\n]*\n$/)
  })

  it('leaves it alone once it is asked to end, however long that takes', async () => {
    const { run, server } = await startWatched(SAY.replace('exit 7', 'echo TERM'))
    const [, pid] = await run.until(/start <one> (\d+)/)
    run.child.kill('SIGTERM')
    await run.until(/TERM/)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    // Whoever still asks would ask within this time.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    process.kill(Number(pid), 'SIGKILL')
    const { stdout, signal } = await run.ended
    expect({ signal, said: stdout.match(/<.*>|TERM/g) }).toEqual({
      signal: 'SIGKILL',
      said: ['<one>', 'TERM'],
    })
  })

  it('does not start it again when it is asked to end while it is being ended for that', async () => {
    const { run, server } = await startWatched(
      `trap 'echo ending' TERM; echo $$ "<$VALUE>"; while :; do sleep 0.05; done`,
    )
    const [, pid] = await run.until(/(\d+) <one>/)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    await run.until(/ending/)
    run.child.kill('SIGTERM')
    await run.until(/ending\s+ending/)
    process.kill(Number(pid), 'SIGKILL')
    const { stdout, signal } = await run.ended
    expect({ signal, starts: stdout.match(/<.*>/g) }).toEqual({ signal: 'SIGKILL', starts: ['<one>'] })
  })

  it('gives the secrets later to a command that had to start without, as on-error=warn asks', async () => {
    const { env, server } = await startServer({ seeds: [{ secrets: [{ key: 'VALUE', value: 'one' }] }] })
    server.setFaults('status=500')
    const run = startRun(['--watch=1', '--on-error=warn', '-c', SAY], env)
    await run.until(/start <>/)
    server.setFaults('')
    await run.until(/start <one>/)
  })

  it('does not take for new what a cache holds', async () => {
    const { run, server } = await startWatched(SAY, ['--cache', createFolder(), '--rest-time=3600'])
    await run.until(/start <one>/)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    await run.until(/start <two>/)
  })

  it('masks what is secret now', async () => {
    const { run, server } = await startWatched(SAY.replace('$VALUE', '$VALUE$LONG'), ['--mask'])
    await run.until(/start <one>/)
    server.project.setSecret({ key: 'LONG', value: 'long enough' })
    await run.until(/start <one\*\*\*>/)
  })

  it('says once what it has to say about secrets', async () => {
    const { run, server, stderr } = await startWatched(SAY, [], [{ key: 'LD_PRELOAD', value: 'x' }])
    await run.until(/start <one>/)
    server.project.setSecret({ key: 'VALUE', value: 'two' })
    await run.until(/start <two>/)
    expect(stderr()).toMatch(/^lockerpm: left out: LD_PRELOAD [^\n]*\n$/)
  })

  it('does not begin to ask before it has to, nor keeps the command waiting for a first answer', async () => {
    const { run, server } = await startWatched('echo ready', [], [], '--watch=3600')
    expect(await run.ended).toMatchObject({ status: 0, stdout: 'ready\n', stderr: '' })
    expect(server.requests.filter(isPoll)).toEqual([])
  })

  it('asks for two numbers when nothing has changed', async () => {
    const { run, server } = await startWatched(SAY)
    await run.until(/start <one>/)
    await countPolls(server, 2)
    const before = server.requests.length
    await countPolls(server, 2)
    const paths = new Set(server.requests.slice(before).map(({ url }) => url))
    expect([...paths].sort()).toEqual(['/v1/sync/deleted_item_date', '/v1/sync/revision_date'])
    run.child.kill('SIGTERM')
    await run.ended
  })

  it.runIf(process.platform === 'linux')(
    'leaves stderr as it is for the command, also when it asks later',
    async () => {
      const { env, server } = await startServer({ seeds: [{ secrets: [] }] })
      const warm = { ...env, LOCKER_CACHE: createFolder(), LOCKER_REST_TIME: '3600' }
      await runToEnd(['true'], warm)
      const read = 'read -r _; grep ^flags /proc/self/fdinfo/2'
      const line = `"$0" "$1" --watch=1 -c '${read}' 2>&1 | cat`
      const run = start('sh', ['-c', line, process.execPath, LOCKER_RUN], warm)
      await countPolls(server, 2)
      run.child.stdin?.end('\n')
      expect((await run.ended).stdout).toBe('flags:\t01\n')
    },
  )

  it('says so where there is nothing to watch', async () => {
    const { env } = await startServer({ seeds: [{ secrets: [] }] })
    const nested = [process.execPath, LOCKER_RUN, '--watch', 'echo', 'ran']
    const { status, stdout, stderr } = await runToEnd(nested, env)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ran\n' })
    expect(stderr).toMatch(/^lockerpm: nothing is watched: [^\n]*\n$/)
    const sealed = await runToEnd(['--watch', '--snapshot=x', 'echo', 'ran'], env)
    expect(sealed).toMatchObject({ status: 125, stdout: '' })
    expect(sealed.stderr).toMatch(/^lockerpm: [^\n]*--watch [^\n]*--snapshot[^\n]*\n$/)
    expect(await runToEnd(['--watch', 'echo', 'ran'], DISABLED)).toMatchObject({
      stdout: 'ran\n',
      stderr: '',
    })
  })
})

interface Watched {
  readonly run: Running
  readonly server: DevServer
  stderr(): string
}

async function startWatched(
  line: string,
  flags: readonly string[] = [],
  more: readonly { key: string; value: string }[] = [],
  watch = '--watch=1',
): Promise<Watched> {
  const secrets = [
    { key: 'VALUE', value: 'one' },
    { key: 'VALUE', value: 'of staging', environment: 'staging' },
    { key: 'OTHER', value: 'one', environment: 'production' },
    ...more,
  ]
  const { env, server } = await startServer({ seeds: [{ secrets }] })
  const run = startRun([watch, ...flags, '-c', line], env satisfies Variables)
  let text = ''
  run.child.stderr?.on('data', (chunk) => {
    text += chunk
  })
  return { run, server, stderr: () => text }
}

/** Waits until the service has been asked so many times more whether something has changed. */
async function countPolls({ requests }: DevServer, count: number): Promise<void> {
  const target = requests.filter(isPoll).length + count
  await vi.waitUntil(() => requests.filter(isPoll).length >= target, WAIT)
}

function isPoll({ url }: DevServer['requests'][number]): boolean {
  return url.includes('/sync/revision_date')
}
