import { describe, expect, it } from 'vitest'
import { describeStartFailure } from '../../src/run/start-failure.ts'

const COMMAND = { file: 'tool', args: ['one', 'two'] }

describe('describeStartFailure', () => {
  it.each([
    ['ENOENT', 127, '"tool" is not found on PATH'],
    ['EACCES', 126, `"tool" can't be run: permission denied`],
    [
      'ENOEXEC',
      126,
      `"tool" can't be run: it is not a program of this system. A script needs a first line such as #!/bin/sh`,
    ],
    ['ETXTBSY', 126, `"tool" can't be run: something has it open for writing`],
    ['EPERM', 126, `"tool" can't be run: the system does not permit it`],
    ['EIO', 126, `"tool" can't be run: EIO`],
    ['EAGAIN', 125, 'no process could be made for "tool" (EAGAIN): a limit is reached'],
    ['ENOMEM', 125, 'no process could be made for "tool" (ENOMEM): a limit is reached'],
    ['EMFILE', 125, 'no process could be made for "tool" (EMFILE): a limit is reached'],
  ])('explains %s with %i', (code, status, message) => {
    expect(describeStartFailure(failure(code), COMMAND, { PATH: '/nowhere' })).toEqual({ status, message })
  })

  it('keeps a name from forging a line', () => {
    const { message } = describeStartFailure(
      failure('ENOENT'),
      { file: 'a\nlockerpm: b', args: [] },
      { PATH: '' },
    )
    expect(message).not.toContain('\n')
  })

  it.runIf(process.platform === 'linux')(
    'names an argument that is too long for Linux, not what it says',
    () => {
      const long = { file: 'tool', args: ['short', 'c'.repeat(131_072)] }
      const { status, message } = describeStartFailure(failure('E2BIG'), long, { PATH: '/bin' })
      expect({ status, message }).toEqual({
        status: 126,
        message: `"tool" can't be run: argument 2 has 131073 bytes, and Linux takes 131072 for one`,
      })
    },
  )

  it('counts bytes, not characters', () => {
    const env = { WIDE: '€'.repeat(10), LONG: 'c'.repeat(20) }
    expect(describeStartFailure(failure('E2BIG'), COMMAND, env).message).toContain(
      'The largest variable is WIDE with 36',
    )
  })

  it('has words for an empty environment', () => {
    expect(describeStartFailure(failure('E2BIG'), COMMAND, {}).message).toContain(
      'the environment has 0 bytes',
    )
  })
})

function failure(code: string): Error {
  return Object.assign(new Error(`spawn tool ${code}`), { code })
}
