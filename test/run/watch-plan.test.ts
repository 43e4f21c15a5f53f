import { describe, expect, it } from 'vitest'
import { parseArgs } from '../../src/run/args.ts'

describe('the flags of a command that runs', () => {
  it.each<[string, object]>([
    ['', { isExec: false, isMasked: false, watch: undefined }],
    ['--exec', { isExec: true, isMasked: false, watch: undefined }],
    ['--mask', { isExec: false, isMasked: true, watch: undefined }],
    ['--watch', { watch: { intervalMs: 30_000, killAfterMs: 10_000 } }],
    ['--watch=1', { watch: { intervalMs: 1000, killAfterMs: 10_000 } }],
    ['--watch=86400 --kill-after 0', { watch: { intervalMs: 86_400_000, killAfterMs: 0 } }],
    ['--watch --kill-after=2 --mask', { isMasked: true, watch: { intervalMs: 30_000, killAfterMs: 2000 } }],
    ['--kill-after 2', { watch: undefined }],
  ])('%s is %j', (flags, expected) => {
    expect(parseArgs([...flags.split(' ').filter(Boolean), 'command'])).toMatchObject({
      kind: 'command',
      words: ['command'],
      ...expected,
    })
  })

  it.each([
    ['--watch=0', '--watch must be a whole number of seconds from 1 to 86400'],
    ['--watch=86401', '--watch must be'],
    ['--watch=1.5', '--watch must be'],
    ['--watch=', '--watch must be'],
    ['--watch=-1', '--watch must be'],
    ['--kill-after=x', '--kill-after must be a whole number of seconds from 0 to 86400'],
    ['--exec --watch', '--watch needs a process that stays, and --exec leaves none'],
    ['--mask --exec', '--mask needs a process that stays, and --exec leaves none'],
    ['--exec=true', '--exec takes no value'],
  ])('%s is refused', (flags, message) => {
    expect(() => parseArgs([...flags.split(' '), 'command'])).toThrow(message)
  })

  it('--watch leaves the command alone that follows it', () => {
    expect(parseArgs(['--watch', '5'])).toMatchObject({ words: ['5'] })
  })
})
