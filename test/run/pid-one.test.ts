import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it, vi } from 'vitest'
import { DISABLED, LISTENER, LOCKER_RUN, type Running, start, type Variables } from './built.ts'
import { startSilentServer } from './servers.ts'
import { isUnsharePermitted, UNSHARE } from './unshare.ts'

describe.runIf(isUnsharePermitted)('as PID 1', () => {
  it.each([0, 7, 255])('ends with the status %i of its command', async (status) => {
    expect(await startAsPidOne(['sh', '-c', `exit ${status}`]).ended).toMatchObject({ status, signal: null })
  })

  it.each(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGSEGV', 'SIGPIPE'] as const)(
    'ends with 128+n when the command dies of %s, since nothing is raised there',
    async (signal) => {
      const line = `ulimit -c 0; kill -s ${signal.slice(3)} $$`
      const status = 128 + constants.signals[signal]
      expect(await startAsPidOne(['sh', '-c', line]).ended).toMatchObject({
        status,
        signal: null,
        stderr: '',
      })
    },
  )

  it('passes TERM on', async () => {
    const run = startAsPidOne([process.execPath, LISTENER])
    expect((await run.until(/ready \d+ (\d+)/))[1]).toBe('1')
    process.kill(await findChild(run.pid), 'SIGTERM')
    expect(await run.ended).toMatchObject({
      status: 7,
      stdout: expect.stringMatching(/^ready.*\nSIGTERM\n$/),
    })
  })

  it('ends at once on TERM while a load hangs', async () => {
    const { connected, env } = await startSilentServer()
    const run = startAsPidOne(['sh', '-c', 'echo started'], { ...env, LOCKER_TIMEOUT_MS: '600000' })
    await connected
    process.kill(await findChild(run.pid), 'SIGTERM')
    const status = 128 + constants.signals.SIGTERM
    expect(await run.ended).toEqual({ status, signal: null, stdout: '', stderr: '' })
  })
})

function startAsPidOne(command: readonly string[], env: Variables = DISABLED): Running {
  return start('unshare', [...UNSHARE, process.execPath, LOCKER_RUN, ...command], env)
}

/** @returns the number that PID 1 has outside */
async function findChild(unshare: number): Promise<number> {
  const list = `/proc/${unshare}/task/${unshare}/children`
  return Number(
    await vi.waitUntil(() => readFileSync(list, 'latin1').trim(), { timeout: 50_000, interval: 20 }),
  )
}
