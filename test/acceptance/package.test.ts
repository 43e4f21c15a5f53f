import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
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
  /^dist\/llhttp\.wasm$/,
]

/** Whose code ships: each is a decision. cross-spawn brings those that it needs. */
const BUNDLED = [
  'cross-spawn',
  'dotenv',
  'isexe',
  'path-key',
  'shebang-command',
  'shebang-regex',
  'synckit',
  'undici',
  'which',
]

function readPacked(path: string): string {
  return readFileSync(join(inject('installed'), 'node_modules', 'lockerpm', path), 'utf8')
}

/** The values of the demo's seed, and the secret access keys of the vectors. */
function findTestSecrets(): string[] {
  const places = [
    { file: 'fixtures/demo/secrets.json', pattern: /"value": "(.{8,})"/g },
    { file: 'vectors/wire.json', pattern: /"secret_access_key": "(.*)"/g },
    { file: 'vectors/official-go-sdk.json', pattern: /"secret_access_key": "(.*)"/g },
  ]
  return places.flatMap(({ file, pattern }) => {
    const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8')
    return [...text.matchAll(pattern)].map(([, secret = '']) => secret)
  })
}

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
    // `prepare` runs in a clone only, but npm warns of it all the same when a tarball is installed.
    const scripts = Object.keys(manifest['scripts'] ?? {})
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([])
  })

  it.each([
    ['place of the machine that built it', [process.cwd(), homedir()]],
    ['source map', ['sourceMappingURL', 'sourcesContent']],
    ['private key', ['PRIVATE KEY-----\n']],
    ['secret of the tests', findTestSecrets()],
  ])('has no %s', (_, texts) => {
    const files = inject('packed').filter((path) => texts.some((text) => readPacked(path).includes(text)))
    expect(texts).not.toEqual([])
    expect(files).toEqual([])
  })

  it('bundles these libraries, each with its licence, and no other', () => {
    const licences = readPacked('dist/LICENSES.txt').split(/^-{80}$/m)
    expect(licences.map((licence) => licence.trim().split(' ')[0])).toEqual(BUNDLED)
    for (const licence of licences)
      expect(licence).toMatch(/Permission (to use|is hereby granted)|Redistribution and use/)
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
