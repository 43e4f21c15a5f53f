/** Windows, as far as a system can show it that only claims to be one. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundle, makeFolder, runNode } from '../sync/bundles.ts'
import { createFolder, DISABLED, LOCKER_RUN, type Result, start } from './built.ts'

const CLAIM = "Object.defineProperty(process, 'platform', { value: 'win32' })\n"
/** Prints what each of a file's lists of arguments comes to. */
const RESOLVE = `
const { resolveShim } = require('./windows.cjs')
const { file, env, lists } = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8'))
console.log(JSON.stringify(lists.map((args) => resolveShim({ file, args }, env))))
`
/** Every character that means something to cmd.exe or to a program's own parser, and some that don't. */
const NASTY = ['"', '\\', '^', '&', '|', '<', '>', '%', '!', '(', ')', ' ', ',', ';', '=', '*', '?', "'", '$']
/** cross-spawn 7.0.6 doubles only the last of several backslashes before a quote or the end: the README says so. */
const MISQUOTED = /\\\\("|$)/
const ARGUMENT = fc
  .string({ unit: fc.constantFrom(...NASTY, 'a', 'é', '%PATH%'), maxLength: 12 })
  .filter((text) => !MISQUOTED.test(text))

let folder: string

beforeAll(async () => {
  folder = makeFolder()
  await bundle('src/run/windows.ts', join(folder, 'windows.cjs'))
  await bundle('node_modules/cross-spawn/index.js', join(folder, 'cross-spawn.cjs'))
  writeFileSync(join(folder, 'resolve.cjs'), CLAIM + RESOLVE)
})

describe('a .cmd', () => {
  it.each([
    ['of another program', 'bin', takeCarets],
    // What npm makes hands its arguments on to Node: cmd.exe reads them once more.
    ['of a package', 'node_modules/.bin', (line: string) => takeCarets(takeCarets(line))],
  ])('%s gets every argument as it was given', async (_, place, read) => {
    const lists = fc.sample(fc.array(ARGUMENT, { maxLength: 4 }), 300)
    const commands = await resolve(place, lists)
    for (const [index, { file, args, isVerbatim }] of commands.entries()) {
      const [, , , line = ''] = args
      expect({ file, args: args.slice(0, 3), isVerbatim }).toEqual({
        file: 'cmd.exe',
        args: ['/d', '/s', '/c'],
        isVerbatim: true,
      })
      // With /s, cmd.exe takes away the first and the last quote.
      const [tool = '', ...rest] = /^"(\S+) ?(.*)"$/s.exec(line)?.slice(1) ?? []
      expect(tool).toBe('tool')
      expect(splitArguments(read(rest.join('')))).toEqual(lists[index])
    }
  })
})

describe('locker-run', () => {
  it('runs a .cmd by the command shell, found on Path in any spelling', async () => {
    expect(await runThere(['--', 'tool', 'a b', '100%'])).toEqual({
      status: 7,
      signal: null,
      stdout: '/d\n/s\n/c\n"tool ^"a^ b^" ^"100^%^""\n',
      stderr: '',
    })
  })

  it('runs a line by the command shell', async () => {
    expect(await runThere(['-c', 'dir | more', 'x'])).toMatchObject({
      status: 7,
      stdout: '/d\n/s\n/c\n"dir | more x"\n',
    })
  })

  it.each([
    ['no-such-tool', '"no-such-tool" is not found on PATH'],
    ['sub\\no-such-tool', '"sub\\no-such-tool" does not exist'],
  ])('says that %s is not there', async (name, message) => {
    expect(await runThere(['--', name])).toMatchObject({ status: 127, stderr: `lockerpm: ${message}\n` })
  })

  it('loads nothing of this elsewhere', async () => {
    const note = join(createFolder(), 'note.cjs')
    writeFileSync(
      note,
      "process.on('exit', () => console.log(Object.keys(require.cache).filter((file) => /dist/.test(file)).join()))\n",
    )
    const run = start(process.execPath, ['-r', note, LOCKER_RUN, '--', 'true'], DISABLED)
    expect((await run.ended).stdout).toMatch(/^\S*locker-run\.cjs,\S*run-whole\.cjs\n$/)
  })
})

interface Resolved {
  readonly file: string
  readonly args: readonly string[]
  readonly isVerbatim: boolean
}

async function resolve(place: string, lists: readonly (readonly string[])[]): Promise<Resolved[]> {
  const bin = join(folder, place)
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'tool.CMD'), '')
  const input = join(folder, 'input.json')
  writeFileSync(input, JSON.stringify({ file: 'tool', env: { Path: bin }, lists }))
  const env = { PATHEXT: '.EXE;.CMD' }
  const { stdout } = await runNode([join(folder, 'resolve.cjs'), input], { env, cwd: folder })
  return JSON.parse(stdout)
}

/** Its command shell prints its arguments, one a line, and ends with 7. */
function runThere(args: readonly string[]): Promise<Result> {
  const there = createFolder()
  const shell = join(there, 'cmd')
  writeFileSync(shell, '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n')
  chmodSync(shell, 0o755)
  writeFileSync(join(there, 'tool.CMD'), '')
  writeFileSync(join(there, 'claim.cjs'), CLAIM)
  const env = { ...DISABLED, PATH: undefined, Path: there, PATHEXT: '.EXE;.CMD', comspec: shell }
  return start(process.execPath, ['-r', join(there, 'claim.cjs'), LOCKER_RUN, ...args], env).ended
}

/** What cmd.exe makes of a line, where nothing that means something to it may be left without a caret. */
function takeCarets(line: string): string {
  // Variables are replaced before carets are read, and `PATH^` is none.
  expect(line).not.toContain('%PATH%')
  let text = ''
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '^') at++
    else expect('"&|<>()').not.toContain(line[at])
    text += line[at]
  }
  return text
}

/** What a program's C runtime makes of its command line, in which every argument is quoted. */
function splitArguments(line: string): string[] {
  const args: string[] = []
  for (let at = 0; at < line.length; at++) {
    expect(line[at]).toBe('"')
    let text = ''
    for (at++; at < line.length && line[at] !== '"'; at++) {
      const [slashes = ''] = /^\\*/.exec(line.slice(at)) ?? []
      at += slashes.length
      const isQuote = line[at] === '"'
      text += isQuote ? slashes.slice(Math.ceil(slashes.length / 2)) : slashes
      if (isQuote && slashes.length % 2 === 0) break
      text += line[at]
    }
    args.push(text)
    at++
  }
  return args
}
