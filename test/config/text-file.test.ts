import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../src/config/kind.ts'
import { readTextFile } from '../../src/config/text-file.ts'
import { createMachine } from './machine.ts'

const MAX_BYTES = 100

describe('readTextFile', () => {
  it('reads a file of exactly the largest size', () => {
    const file = createMachine().write('file', 'x'.repeat(MAX_BYTES))
    expect(readTextFile(file, MAX_BYTES)).toBe('x'.repeat(MAX_BYTES))
  })

  it('follows links', () => {
    const machine = createMachine()
    machine.write('target', 'text')
    symlinkSync('target', join(machine.cwd, 'link'))
    expect(readTextFile(join(machine.cwd, 'link'), MAX_BYTES)).toBe('text')
  })

  it('drops a byte order mark', () => {
    expect(readTextFile(createMachine().write('file', '\ufefftext'), MAX_BYTES)).toBe('text')
    expect(readTextFile(createMachine().write('file', 'te\ufeffxt'), MAX_BYTES)).toBe('te\ufeffxt')
  })

  it.each([
    [
      'a larger one',
      (_: string, write: Write) => write('file', 'x'.repeat(MAX_BYTES + 1)),
      'larger than 100',
    ],
    ['one that is no UTF-8', (_: string, write: Write) => write('file', Buffer.of(0xff, 0xfe)), 'not UTF-8'],
    ['a missing one', (folder: string) => join(folder, 'missing'), 'ENOENT'],
    ['a folder', (folder: string) => makeFolder(join(folder, 'folder')), 'not a regular file'],
    [
      'a FIFO that nobody writes to',
      (folder: string) => makeFifo(join(folder, 'fifo')),
      'not a regular file',
    ],
    ['a device without end', () => '/dev/zero', 'not a regular file'],
  ])('says why it does not read %s', (_, make, reason) => {
    const machine = createMachine()
    const problem = readTextFile(make(machine.cwd, machine.write), MAX_BYTES)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).text).toContain(reason)
  })

  it.runIf(process.platform === 'linux')('reads a file to its end that comes in pieces', () => {
    // A piece of it is a page at most.
    expect(String(readTextFile('/proc/self/maps', 1024 * 1024)).length).toBeGreaterThan(4096)
  })

  it.runIf(process.platform === 'linux')('says why it does not read one that fails when it is read', () => {
    expect(readTextFile('/proc/self/mem', MAX_BYTES)).toEqual(new Problem("can't be read (EIO)"))
  })

  it.runIf(process.platform === 'linux')('leaves nothing open, whether it could be read or not', () => {
    const machine = createMachine()
    const files = [machine.write('file', 'text'), machine.cwd, '/proc/self/mem', '/dev/zero']
    const count = () => readdirSync('/proc/self/fd').length
    const before = count()
    for (let time = 0; time < 50; time++) for (const file of files) readTextFile(file, MAX_BYTES)
    expect(count() - before).toBeLessThan(50)
  })

  it('stops at the largest size in a file that claims to be empty', () => {
    expect(readTextFile('/proc/self/maps', MAX_BYTES)).toBeInstanceOf(Problem)
  })
})

type Write = ReturnType<typeof createMachine>['write']

function makeFolder(path: string): string {
  mkdirSync(path)
  return path
}

function makeFifo(path: string): string {
  execFileSync('mkfifo', [path])
  return path
}
