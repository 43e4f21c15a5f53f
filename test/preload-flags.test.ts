import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  isFirstImport,
  isOwnCommand,
  isPreceded,
  isSyntaxCheck,
  type NodeFlags,
} from '../src/preload-flags.ts'

const OWN = 'file:///app/node_modules/lockerpm/register/index.mjs'
const flags = (execArgv: string[], NODE_OPTIONS?: string) => ({
  execArgv,
  env: { NODE_OPTIONS },
  cwd: () => '/app',
})

const CONFIG_FILES = [
  '--experimental-config-file=node.config.json',
  '--experimental_config_file',
  '--experimental-default-config-file',
  '--config-file=x.json',
]

describe('isFirstImport', () => {
  it.each<[string, NodeFlags, boolean]>([
    ['no flag', flags([]), false],
    ['-r alone', flags(['-r', 'lockerpm/register']), false],
    ['--import, by its name', flags(['--import', 'lockerpm/register']), true],
    ['--import=, by its name', flags(['--import=lockerpm/register']), true],
    ['--import, by its URL', flags(['--import', OWN]), true],
    ['--import, by a relative path', flags(['--import', './node_modules/lockerpm/register/index.mjs']), true],
    [
      '--import, by an absolute path',
      flags(['--import', '/app/node_modules/lockerpm/register/index.mjs']),
      true,
    ],
    ['--import of something else', flags(['--import', './setup.mjs']), false],
    [
      '--import of something else before it',
      flags(['--import', 'tsx', '--import', 'lockerpm/register']),
      false,
    ],
    [
      '--import of something else after it',
      flags(['--import', 'lockerpm/register', '--import', 'tsx']),
      true,
    ],
    ['NODE_OPTIONS', flags([], '--import lockerpm/register'), true],
    [
      'NODE_OPTIONS, with other options',
      flags([], '--max-old-space-size=512  --import=lockerpm/register'),
      true,
    ],
    ['NODE_OPTIONS, in quotes', flags([], '--import "lockerpm/register"'), true],
    ['NODE_OPTIONS, in quotes, with an escape', flags([], '--import "locker\\pm/register"'), true],
    [
      'something else in NODE_OPTIONS, which Node imports first',
      flags(['--import', 'lockerpm/register'], '--import tsx'),
      false,
    ],
    ['a quoted path with spaces in NODE_OPTIONS', flags([], '--import "./my setup.mjs"'), false],
    ['--import as the last word', flags(['--import']), false],
    ...CONFIG_FILES.map(
      (flag) =>
        [flag, flags([flag, '--import', 'lockerpm/register']), false] satisfies [string, NodeFlags, boolean],
    ),
  ])('%s: %s', (_, given, expected) => {
    expect(isFirstImport(OWN, given)).toBe(expected)
  })
})

describe('isPreceded', () => {
  it.each<[string, NodeFlags, boolean[]]>([
    ['nothing', flags([]), [false, false]],
    ['-r', flags(['-r', 'tsx']), [true, true]],
    ['--require', flags(['--require', 'tsx']), [true, true]],
    ['--require=', flags(['--require=tsx']), [true, true]],
    ['-r in NODE_OPTIONS', flags([], '--max-old-space-size=512 -r dd-trace/init'), [true, true]],
    ['--import', flags(['--import', 'tsx']), [true, false]],
    ['--import= in NODE_OPTIONS', flags([], '--import=tsx'), [true, false]],
    ['both', flags(['--import', 'tsx'], '-r tsx'), [true, true]],
    ...CONFIG_FILES.map(
      (flag) => [flag, flags([flag]), [true, true]] satisfies [string, NodeFlags, boolean[]],
    ),
    ['other options', flags(['--conditions', 'x', '--enable-source-maps']), [false, false]],
  ])('%s', (_, given, expected) => {
    expect([isPreceded(given, false), isPreceded(given, true)]).toEqual(expected)
  })
})

it.each([
  [['--check'], true],
  [['-c'], true],
  [['--conditions=x'], false],
  [[], false],
])('%j is a syntax check: %s', (execArgv, expected) => {
  expect(isSyntaxCheck(flags(execArgv))).toBe(expected)
})

describe('isOwnCommand', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'locker-run.js'), '')
  writeFileSync(join(folder, 'locker-run.js'), '')
  symlinkSync(join(bin, 'locker-run.js'), join(folder, 'locker-run'))

  it.each([
    ['the command itself', join(bin, 'locker-run.js'), true],
    ['the link that npm makes', join(folder, 'locker-run'), true],
    ["somebody else's program of that name", join(folder, 'locker-run.js'), false],
    ['one that is not there', join(bin, 'locker-dev'), false],
    ['an application', join(folder, 'app.js'), false],
    ['no program, as in the REPL', undefined, false],
  ])('%s: %s', (_, program, expected) => {
    expect(isOwnCommand(program, bin)).toBe(expected)
  })
})
