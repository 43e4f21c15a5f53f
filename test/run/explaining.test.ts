import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, LOCKER_RUN, type Result, runToEnd, type Variables } from './built.ts'
import { startServer } from './servers.ts'

const SECRETS = [
  { key: 'SHARED', value: 'canary' },
  { key: 'SHARED', value: 'canary', environment: 'staging' },
  { key: 'MINE', value: 'canary' },
  { key: 'LD_PRELOAD', value: 'canary' },
]

describe('--explain', () => {
  it('is a table of settings and names, and starts nothing', async () => {
    const { status, stdout, stderr } = await explainFrom(['-e', 'staging'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(
      /^environment +staging \(--environment\)\napiBase +http:\/\/127\.0\.0\.1:\d+ \(LOCKER_API_BASE\)\n/,
    )
    expect(stdout).toMatch(/^accessKeyId +LOCKER_ACCESS_KEY_ID$/m)
    expect(stdout).toMatch(
      /\nNAME +SOURCE +HIDES +NOTE\nLD_PRELOAD +ALL +left out: [^\n]+\nMINE +already set +ALL\nSHARED +\.env +environment, ALL\n$/,
    )
    expect(stdout).not.toContain('canary')
  })

  it('is one JSON document for machines', async () => {
    const { stdout } = await explainFrom(['-e', 'staging', '--json'])
    const { environment, apiBase, settings, variables } = JSON.parse(stdout)
    expect(environment).toBe('staging')
    expect(apiBase).toMatch(/^http:/)
    expect(settings.secretAccessKey).toEqual({
      source: 'environment',
      name: 'LOCKER_SECRET_ACCESS_KEY',
      file: null,
    })
    expect(variables[0]).toEqual({
      name: 'LD_PRELOAD',
      key: 'LD_PRELOAD',
      source: 'ALL',
      hid: [],
      leftOut: 'denied',
    })
    expect(variables.map(({ name }: { name: string }) => name)).toEqual(['LD_PRELOAD', 'MINE', 'SHARED'])
    expect(stdout).not.toContain('canary')
  })

  it('explains a command that inherits nothing', async () => {
    expect((await explainFrom(['--no-inherit-env'])).stdout).toMatch(/^MINE +ALL$/m)
  })

  it('shows the table as well when a start would miss something, and fails', async () => {
    const { status, stdout, stderr } = await explainFrom(['--required', 'LD_PRELOAD,MISSING'])
    expect(stdout).toMatch(/^NAME/m)
    expect(status).toBe(125)
    expect(stderr).toMatch(
      /^lockerpm: the explanation ends here: [^\n]*LD_PRELOAD \([^\n]*\), MISSING; asked for by --required\n$/,
    )
  })

  it('fails where a start would, whatever it would do then', async () => {
    const { status, stdout, stderr } = await explainFrom(['-e', 'nowhere', '--on-error', 'warn'])
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^lockerpm: the explanation ends here: [^\n]*"nowhere"[^\n]*\n$/)
  })

  it('does not take what a locker-run above has set for what was set already', async () => {
    const { env } = await startServer({ seeds: [{ secrets: SECRETS.slice(0, 3) }] })
    const nested = [process.execPath, LOCKER_RUN, '-e', 'staging', '--explain']
    const { stdout } = await runToEnd(['--keep-credentials', ...nested], env)
    expect(stdout).toMatch(/^SHARED +environment +ALL$/m)
  })

  it('says nothing at log level 0', async () => {
    expect(await explainFrom(['-e', 'nowhere', '--log-level=0'])).toMatchObject({ status: 125, stderr: '' })
  })
})

async function explainFrom(flags: readonly string[], more: Variables = {}): Promise<Result> {
  const folder = createFolder()
  writeFileSync(join(folder, '.env'), 'SHARED=canary\n')
  const { env } = await startServer({ seeds: [{ secrets: SECRETS }] })
  return runToEnd(['--explain', ...flags], { ...env, MINE: 'canary', ...more }, folder)
}
