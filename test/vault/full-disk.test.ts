import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevServer, startDevServer } from '../../src/dev-server/index.ts'

const mayMount = process.platform === 'linux' && spawnSync('unshare', ['--mount', 'true']).status === 0

/** The file takes the only block, where there may be one more file; a read-only system refuses it. */
const FILL_AND_RUN =
  'mount -t tmpfs -o "$1" tmpfs "$2" && { head -c 4096 /dev/zero > "$2/x"; } 2> /dev/null; shift 2; exec "$@"'

/** The built register, with its cache on a file system of the test's own. */
describe.runIf(mayMount)(
  'a cache on a file system that takes nothing (Linux, where mounting is permitted)',
  () => {
    let server: DevServer
    let folder: string
    beforeAll(async () => {
      server = await startDevServer({ seeds: [{ secrets: [{ key: 'A', value: 'a value' }] }] })
      folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
      mkdirSync(join(folder, 'cache'), { mode: 0o700 })
    })
    afterAll(async () => {
      await server.close()
      rmSync(folder, { recursive: true })
    })

    it.each([
      ['read-only', 'ro,mode=700', /not cached \(snapshot, view\): EROFS|no cache: EROFS/],
      ['without a free file', 'size=4k,nr_inodes=2,mode=700', /not cached \(snapshot, view\): ENOSPC/],
      ['without a free byte', 'size=4k,mode=700', /not cached \(snapshot, view\): ENOSPC/],
    ])('%s: no cache, no failure, and a line at debug level only', async (_, options, line) => {
      const start = (level: string) =>
        promisify(execFile)(
          'unshare',
          [
            ...['--mount', 'sh', '-c', FILL_AND_RUN, 'sh'],
            ...[options, join(folder, 'cache'), process.execPath],
            ...['-r', join(import.meta.dirname, '../../register/index.cjs'), '-p', 'process.env.A'],
          ],
          {
            cwd: folder,
            env: {
              PATH: process.env['PATH'],
              HOME: folder,
              LOCKER_API_BASE: server.apiBase,
              LOCKER_ACCESS_KEY_ID: server.accessKeyId,
              LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
              LOCKER_CACHE: join(folder, 'cache'),
              LOCKER_LOG_LEVEL: level,
            },
          },
        )
      expect(await start('1')).toEqual({ stdout: 'a value\n', stderr: '' })
      const { stderr } = await start('2')
      expect(stderr).toMatch(line)
      // Nobody fetches there but this process: it must not wait for a lock of its own.
      expect(stderr).not.toContain('waited in vain')
    })
  },
)
