/** What a command need not wait for is written down all the same, however its start goes on. product: section 1, the cache */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'
import { createFolder, runToEnd, type Variables } from './built.ts'

const LONG = 'x'.repeat(1000)

let server: DevServer
beforeAll(async () => {
  const secrets = [
    { key: 'COLOUR', value: 'blue' },
    { key: 'LONG', value: LONG },
  ]
  server = await startDevServer({ seeds: [{ secrets }] })
})
afterAll(() => server.close())

const variables = (folder: string): Variables => ({
  LOCKER_API_BASE: server.apiBase,
  LOCKER_ACCESS_KEY_ID: server.accessKeyId,
  LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
  LOCKER_CACHE: join(folder, 'cache'),
  LOCKER_REST_TIME: '9999',
})

const endings = (folder: string) =>
  readdirSync(join(folder, 'cache'))
    .map((file) => file.slice(file.lastIndexOf('.')))
    .sort()

/** @param script run before locker-run; `crypto` is there */
function preload(folder: string, script: string): Variables {
  const file = join(folder, 'preload.cjs')
  writeFileSync(file, `const crypto = require('node:crypto')\n${script}`)
  return { ...variables(folder), NODE_OPTIONS: `-r ${file}` }
}

/** What a rehearsal opens is short: this one is the service's. */
const killAtLongest = (signal: NodeJS.Signals) => `
  const { createDecipheriv } = crypto
  crypto.createDecipheriv = (...values) => {
    const decipher = createDecipheriv(...values)
    const { update } = decipher
    decipher.update = (bytes, ...rest) => {
      if (bytes.length > ${LONG.length}) process.kill(process.pid, '${signal}')
      return update.call(decipher, bytes, ...rest)
    }
    return decipher
  }`

/** Node 22.15 and later. */
const canExec = 'execve' in process

describe('the cache is written, and the lock gone, after a start whose command', () => {
  it.each<[string, readonly string[], number]>([
    ['runs and ends', ['--', 'true'], 0],
    ['fails at once', ['--', 'sh', '-c', 'exit 3'], 3],
    ['is not there', ['--', 'no-such-command'], 127],
    ['can not be run', ['--', '/'], 126],
    ['misses a required variable', ['--required', 'MISSING', '--', 'true'], 125],
    ['is masked', ['--mask', '--', 'true'], 0],
    ['is watched and ends at once', ['--watch', '--', 'sh', '-c', 'exit 3'], 3],
    ['is watched and not there', ['--watch', '--', 'no-such-command'], 127],
    ...(canExec ? [['takes our place', ['--exec', '--', 'true'], 0] as [string, string[], number]] : []),
  ])('%s', async (_, args, status) => {
    const folder = createFolder()
    const first = await runToEnd(args, variables(folder), folder)
    expect(first.status).toBe(status)
    expect(endings(folder)).toEqual(['.snapshot', '.view'])
    const before = server.requests.length
    const second = await runToEnd(['--', 'printenv', 'COLOUR'], variables(folder), folder)
    expect(second.stdout).toBe('blue\n')
    expect(server.requests.length).toBe(before)
  })
})

describe('a start that fetched everything', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGQUIT'])(
    'keeps it when %s ends it before its command',
    async (signal) => {
      const folder = createFolder()
      const env = preload(folder, killAtLongest(signal))
      const { stdout } = await runToEnd(['--', 'echo', 'started'], env, folder)
      expect(stdout).toBe('')
      expect(endings(folder)).toEqual(['.snapshot', '.view'])
    },
  )

  it('gives the lock back when nothing can be sealed, and says nothing of it', async () => {
    const folder = createFolder()
    const env = preload(folder, `crypto.createCipheriv = () => { throw new RangeError('canary') }`)
    const { stdout, stderr, status } = await runToEnd(['--', 'printenv', 'COLOUR'], env, folder)
    expect({ stdout, stderr, status }).toEqual({ stdout: 'blue\n', stderr: '', status: 0 })
    expect(endings(folder)).toEqual([])
  })

  it('writes much of it before its command, whose signals would have to wait', async () => {
    const secrets = Array.from({ length: 20_000 }, (_, index) => ({
      key: `K${index}`,
      value: 'x'.repeat(1000),
    }))
    const large = await startDevServer({ seeds: [{ secrets }] })
    const folder = createFolder()
    const env = {
      ...variables(folder),
      LOCKER_API_BASE: large.apiBase,
      LOCKER_ACCESS_KEY_ID: large.accessKeyId,
      LOCKER_SECRET_ACCESS_KEY: large.secretAccessKey,
    }
    // By then it is written: nothing of ours is left to be done that a signal would have to wait for.
    const list = `console.log(require('node:fs').readdirSync(${JSON.stringify(join(folder, 'cache'))}).length)`
    const { stdout } = await runToEnd(['--include', 'K1', '--', process.execPath, '-e', list], env, folder)
    await large.close()
    expect(Number(stdout)).toBeGreaterThanOrEqual(2)
  })
})
