import { describe, expect, it } from 'vitest'
import { parseArgs } from '../../src/run/args.ts'
import { toCommand } from '../../src/run/command.ts'

describe('toCommand', () => {
  it.each<[string[], NodeJS.Platform, object]>([
    [['node', 'a', 'b'], 'linux', { file: 'node', args: ['a', 'b'] }],
    [['node', 'a', 'b'], 'win32', { file: 'node', args: ['a', 'b'] }],
    [['-c', 'a | b'], 'linux', { file: '/bin/sh', args: ['-c', 'a | b', 'sh'] }],
    [['-c', 'a "$1"', 'x', 'y'], 'darwin', { file: '/bin/sh', args: ['-c', 'a "$1"', 'sh', 'x', 'y'] }],
    [
      ['-c', 'a | b'],
      'win32',
      { file: 'C:\\cmd.exe', args: ['/d', '/s', '/c', '"a | b"'], isVerbatim: true },
    ],
  ])('makes of %j on %s %j', (argv, platform, command) => {
    const plan = parseArgs(argv)
    if (plan.kind !== 'command') throw new Error(plan.kind)
    expect(toCommand(plan, platform, { ComSpec: 'C:\\cmd.exe' })).toEqual(command)
  })
})
