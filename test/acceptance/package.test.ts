import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { Machine } from './machine.ts'

const EXPECTED = [
  /^(CHANGELOG|LICENSE|README|SECURITY)(\.md)?$/,
  /^package\.json$/,
  /^bin\/locker-(dev|run)\.js$/,
  /^register\/index\.(cjs|mjs|d\.cts|d\.mts)$/,
  /^dist\/LICENSES\.txt$/,
  /^dist\/[a-z-]+\.(cjs|mjs|d\.cts|d\.mts)$/,
]

describe('the tarball', () => {
  it('holds the documents, the entries and the bundles, and nothing else', () => {
    expect(inject('packed').filter((path) => !EXPECTED.some((expected) => expected.test(path)))).toEqual([])
    expect(inject('packed')).toEqual(
      expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md']),
    )
  })

  it('has no dependencies and runs nothing when it is installed', () => {
    const file = join(inject('installed'), 'node_modules', 'lockerpm', 'package.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>
    expect(manifest).not.toHaveProperty('dependencies')
    const scripts = Object.keys(manifest['scripts'] ?? {})
    expect(scripts.filter((name) => /^(pre|post)?install$/.test(name))).toEqual([])
  })

  it('names no place of the machine that built it', () => {
    const root = join(inject('installed'), 'node_modules', 'lockerpm')
    const texts = inject('packed').map((path) => readFileSync(join(root, path), 'utf8'))
    expect(texts.filter((text) => text.includes(process.cwd()))).toEqual([])
  })
})

describe('what is exported', () => {
  it.each([
    ['require', 'node -p', "const at = require('lockerpm'), dev = require('lockerpm/dev-server')"],
    [
      'import',
      'node --input-type=module -e',
      "import * as at from 'lockerpm'; import * as dev from 'lockerpm/dev-server'",
    ],
  ])('%s gives the SDK and the server', async (_, node, imports) => {
    const line = `${node} "${imports}; console.log(typeof at.LockerError, typeof dev.startDevServer)"`
    const { status, stdout } = await new Machine().run(line)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^function function\n/)
  })

  it('both kinds of module share the classes', async () => {
    const program = "import { LockerError } from 'lockerpm'; import { createRequire } from 'node:module'"
    const check = "console.log(createRequire(import.meta.url)('lockerpm').LockerError === LockerError)"
    const machine = new Machine()
    machine.write('shared.mjs', `${program}\n${check}\n`)
    expect(await machine.run('node shared.mjs')).toMatchObject({ stdout: 'true\n' })
  })

  it.each(['locker-run', 'locker-dev'])('%s tells its version and helps', async (name) => {
    const machine = new Machine()
    const { stdout } = await machine.run(`${name} --version`)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await machine.run(`${name} --help`)).toMatchObject({ status: 0, stderr: '' })
  })
})
