/** The README says nothing that isn't so. */
import { existsSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../src/config/settings.ts'
import { CREDENTIAL_VARIABLES } from '../src/config/variables.ts'
import { FLAGS } from '../src/run/flags.ts'

const ROOT = new URL('..', import.meta.url)
const README = readFileSync(new URL('README.md', ROOT), 'utf8')
const DOCUMENTS = ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/releasing.md', 'docs/api/README.md']
const MARKER = 'LOCKERPM_LOADED'

describe('the README', () => {
  it('has the table of settings as the program has it', async () => {
    const { exitCode, stderr } = await execa('node', ['.ci/readme.mjs', '--check'], {
      cwd: ROOT,
      reject: false,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it('links to a reference of the API that is current', async () => {
    const { exitCode, stderr } = await execa('node', ['.ci/api.mjs', '--check'], { cwd: ROOT, reject: false })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(README).toContain('](docs/api/README.md)')
  })

  it('begins with two commands for a newcomer, and package.json has their scripts', () => {
    const [, block] = /```sh\n([\s\S]*?)```/.exec(README) ?? []
    expect(block).toBe('npm ci && npm run demo\nnpm ci && npm test\n')
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
      scripts: Record<string, string>
    }
    // In the other blocks are other people's scripts.
    const ours = README.replace(/```(?!sh\n)\w[\s\S]*?```/g, '')
    for (const [, name = ''] of ours.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty([name])
  })

  it('names no flag of locker-run that there is not', () => {
    const known = FLAGS.flatMap(({ name }) => [`--${name}`, `--no-${name}`])
    const lines = README.split('\n').filter((line) => /locker-run .*--[a-z]/.test(line))
    const used = lines
      .flatMap((line) => line.split('locker-run').slice(1))
      .flatMap((part) => {
        const [own = ''] = part.split(/ -- |`/)
        return own.match(/--[a-z][a-z-]*/g) ?? []
      })
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((flag) => !known.includes(flag))).toEqual([])
  })
})

describe.each(DOCUMENTS)('%s', (file) => {
  const text = readFileSync(new URL(file, ROOT), 'utf8')

  it('names no variable of ours that there is not', () => {
    const known = [...SETTINGS.map(({ variable }) => variable), ...CREDENTIAL_VARIABLES, MARKER]
    const used = text.match(/\bLOCKER(PM)?_[A-Z_]+\b/g) ?? []
    expect(used.filter((name) => !known.includes(name))).toEqual([])
  })

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(new URL(link, new URL(file, ROOT))))).toEqual([])
  })
})
