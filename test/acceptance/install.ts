/** Packs what `npm publish` would send, and installs it in an empty folder, once for all tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder that holds `node_modules`. */
    readonly installed: string
    /** The paths in the tarball, sorted. */
    readonly packed: readonly string[]
    /** The tarball itself. */
    readonly tarball: string
  }
}

interface PackReport {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

export default async function setup(project: TestProject): Promise<() => void> {
  const root = mkdtempSync(join(tmpdir(), 'lockerpm-install-'))
  const [home, folder] = [join(root, 'home'), join(root, 'empty')]
  for (const each of [home, folder]) mkdirSync(each)
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home }
  const npm = (cwd: string, ...args: string[]) => execa('npm', args, { cwd, env, extendEnv: false })
  // The build is the script's that runs this: `npm pack` would run it once more.
  const packed = await npm(process.cwd(), 'pack', '--json', '--ignore-scripts', '--pack-destination', root)
  const [report] = JSON.parse(packed.stdout) as PackReport[]
  if (report === undefined) throw new Error('npm pack made no tarball')
  const tarball = join(root, report.filename)
  writeFileSync(join(folder, 'package.json'), '{ "name": "app" }\n')
  await npm(folder, 'install', tarball, '--ignore-scripts', '--offline', '--no-audit')
  project.provide('installed', folder)
  project.provide('packed', report.files.map(({ path }) => path).sort())
  project.provide('tarball', tarball)
  return () => rmSync(root, { recursive: true, force: true })
}
