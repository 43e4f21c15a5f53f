/** What GitHub runs, as far as it can be checked here. docs/releasing.md tells the rest. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..')
const WORKFLOWS = join(ROOT, '.github/workflows')

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
}

interface Job {
  readonly needs?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

interface Manifest {
  readonly version: string
  readonly publishConfig: unknown
  readonly scripts: Readonly<Record<string, string>>
}

function load(file: string): Workflow {
  return parse(readFileSync(join(WORKFLOWS, file), 'utf8')) as Workflow
}

const publish = load('publish.yml')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

function commandsOf(job: Job | undefined): string[] {
  return job?.steps.flatMap(({ run }) => (run === undefined ? [] : [run])) ?? []
}

describe.each(readdirSync(WORKFLOWS))('%s', (file) => {
  const jobs = Object.values(load(file).jobs)

  it('pins every action to a commit, and names its version', () => {
    const uses = readFileSync(join(WORKFLOWS, file), 'utf8').match(/uses: .*/g) ?? []
    expect(uses).not.toEqual([])
    for (const each of uses) expect(each).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('has an end to each job, and runs all of .ci/run', () => {
    expect(jobs.every((job) => job['timeout-minutes'] !== undefined)).toBe(true)
    expect(jobs.flatMap(commandsOf)).toContain('bash .ci/run')
  })

  it('holds no token', () => {
    expect(readFileSync(join(WORKFLOWS, file), 'utf8')).not.toMatch(/secrets\.|TOKEN/)
  })
})

describe('publishing', () => {
  it('is done for tags only, after the tests, with provenance', () => {
    expect(publish.on).toEqual({ push: { tags: ['v*'] } })
    expect(publish.jobs['publish']?.needs).toBe('test')
    expect(commandsOf(publish.jobs['publish']).at(-1)).toBe('npm publish --provenance --access public')
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true })
  })

  it('builds what it packs', () => {
    expect(manifest.scripts['prepack']).toBe('npm run --silent build')
  })

  it('alone can speak for the package, and nothing can write', () => {
    expect(publish.permissions).toEqual({})
    expect(publish.jobs['test']?.permissions).toEqual({ contents: 'read' })
    expect(publish.jobs['publish']?.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
    expect(load('ci.yml').permissions).toEqual({ contents: 'read' })
  })

  const released = { version: '1.2.3', repository: 'github:owner/name' }
  it.each([
    ['goes on', 0, '', 'v1.2.3', released],
    ['stops at another tag', 1, 'the tag v1.2.4 is not v1.2.3', 'v1.2.4', released],
    [
      'stops at a version that the changelog has not',
      1,
      'no section [1.2.4]',
      'v1.2.4',
      { version: '1.2.4' },
    ],
    ['stops without a repository', 1, 'package.json has no repository', 'v1.2.3', { version: '1.2.3' }],
  ])('%s', async (_, status, says, tag, described) => {
    const folder = mkdtempSync(join(tmpdir(), 'lockerpm-release-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'package.json'), JSON.stringify(described))
    writeFileSync(join(folder, 'CHANGELOG.md'), '## [Unreleased]\n\n## [1.2.3]\n')
    const script = publish.jobs['test']?.steps.find(({ name }) => name === 'check the version')?.run ?? ''
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, GITHUB_REF_NAME: tag }
    // As GitHub runs it.
    const options = { cwd: folder, env, extendEnv: false, reject: false }
    const { exitCode, stderr } = await execa('bash', ['-e', '-c', script], options)
    expect({ exitCode, says: stderr.includes(says) }).toEqual({ exitCode: status, says: true })
  })
})

it('the changelog has the version of package.json', () => {
  expect(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).toContain(`## [${manifest.version}]`)
})
