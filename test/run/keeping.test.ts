/** What a command need not wait for is written down all the same, however its start goes on. product: section 1, the cache */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'
import { createFolder, runToEnd, type Variables } from './built.ts'

let server: DevServer
beforeAll(async () => {
  server = await startDevServer({ seeds: [{ secrets: [{ key: 'COLOUR', value: 'blue' }] }] })
})
afterAll(() => server.close())

const variables = (folder: string): Variables => ({
  LOCKER_API_BASE: server.apiBase,
  LOCKER_ACCESS_KEY_ID: server.accessKeyId,
  LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
  LOCKER_CACHE: join(folder, 'cache'),
  LOCKER_REST_TIME: '9999',
})

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
    ...(canExec ? [['takes our place', ['--exec', '--', 'true'], 0] as [string, string[], number]] : []),
  ])('%s', async (_, args, status) => {
    const folder = createFolder()
    const first = await runToEnd(args, variables(folder), folder)
    expect(first.status).toBe(status)
    const endings = readdirSync(join(folder, 'cache')).map((file) => file.slice(file.lastIndexOf('.')))
    expect(endings.sort()).toEqual(['.snapshot', '.view'])
    const before = server.requests.length
    const second = await runToEnd(['--', 'printenv', 'COLOUR'], variables(folder), folder)
    expect(second.stdout).toBe('blue\n')
    expect(server.requests.length).toBe(before)
  })
})
