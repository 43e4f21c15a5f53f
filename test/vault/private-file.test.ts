import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  preparePrivateFolder,
  readPrivateFile,
  removeFile,
  writePassingFiles,
  writePrivateFile,
} from '../../src/vault/private-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const isRoot = process.geteuid?.() === 0

const writePassingFile: typeof writePrivateFile = (path, bytes) => writePassingFiles(new Map([[path, bytes]]))

describe.each([
  ['writePrivateFile', writePrivateFile],
  ['writePassingFiles', writePassingFile],
])('%s', (_, write) => {
  it('writes a 0600 file that reads back, and leaves nothing else behind', () => {
    const path = join(folder, 'a')
    expect(write(path, Buffer.from('content'))).toBeUndefined()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readPrivateFile(path)).toEqual({ bytes: Buffer.from('content') })
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('replaces a file whole', () => {
    const path = join(folder, 'a')
    write(path, Buffer.from('a long first content'))
    write(path, Buffer.from('short'))
    expect(readFileSync(path, 'utf8')).toBe('short')
  })

  it('says why it cannot write, and leaves no temporary file', () => {
    mkdirSync(join(folder, 'a'))
    expect(write(join(folder, 'a'), Buffer.from('x'))).toMatch(/^E[A-Z]+$/)
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('says why when its folder is not there', () => {
    expect(write(join(folder, 'no', 'a'), Buffer.from('x'))).toBe('ENOENT')
  })
})

describe('readPrivateFile', () => {
  it('has nothing to say of a file that is not there', () => {
    expect(readPrivateFile(join(folder, 'none'))).toEqual({ bytes: undefined })
  })

  it('does not follow a link', () => {
    writePrivateFile(join(folder, 'target'), Buffer.from('x'))
    symlinkSync(join(folder, 'target'), join(folder, 'link'))
    expect(readPrivateFile(join(folder, 'link'))).toEqual({ bytes: undefined, reason: 'ELOOP' })
  })

  it.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601])('refuses mode %o', (mode) => {
    const path = join(folder, 'a')
    writeFileSync(path, 'x')
    chmodSync(path, mode)
    expect(readPrivateFile(path)).toEqual({ bytes: undefined, reason: 'it is not ours alone (0600)' })
  })

  it('refuses a folder and a pipe without waiting for a writer', () => {
    mkdirSync(join(folder, 'folder'), { mode: 0o700 })
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')])
    for (const path of ['folder', 'pipe']) {
      expect(readPrivateFile(join(folder, path))).toEqual({
        bytes: undefined,
        reason: 'it is not a regular file',
      })
    }
  })

  it.runIf(isRoot)("refuses another user's file (only root can make one to test with)", () => {
    const path = join(folder, 'a')
    writePrivateFile(path, Buffer.from('x'))
    chownSync(path, 12_345, 12_345)
    expect(readPrivateFile(path)).toEqual({ bytes: undefined, reason: 'it is not ours alone (0600)' })
  })

  it('reads an empty file as no bytes', () => {
    writePrivateFile(join(folder, 'a'), Buffer.alloc(0))
    expect(readPrivateFile(join(folder, 'a'))).toEqual({ bytes: Buffer.alloc(0) })
  })
})

describe('preparePrivateFolder', () => {
  it('makes it and its parents, 0700', () => {
    const path = join(folder, 'a', 'b')
    expect(preparePrivateFolder(path)).toBeUndefined()
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
  })

  it('does not trust one that others can look into', () => {
    chmodSync(folder, 0o755)
    expect(preparePrivateFolder(folder)).toBe('its folder is not ours alone (0700)')
  })

  it('does not trust a link', () => {
    mkdirSync(join(folder, 'a'), { mode: 0o700 })
    symlinkSync(join(folder, 'a'), join(folder, 'link'))
    expect(preparePrivateFolder(join(folder, 'link'))).toBe('its folder is not a folder')
  })

  it('says why when a file is in its place', () => {
    writeFileSync(join(folder, 'a'), '')
    expect(preparePrivateFolder(join(folder, 'a', 'b'))).toBe('ENOTDIR')
  })
})

it('removes a file, and does not mind when there is none', () => {
  writeFileSync(join(folder, 'a'), '')
  removeFile(join(folder, 'a'))
  removeFile(join(folder, 'a'))
  expect(readdirSync(folder)).toEqual([])
})
