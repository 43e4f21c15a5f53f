/** Bundles as they ship, made for one test file, and real processes that use them. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll } from 'vitest'

const BUILDER = new URL('../../.ci/bundle.mjs', import.meta.url)
const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url))

/** @returns an empty folder that is gone after the file's last test */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return folder
}

/** @param entry from the root of the repository: `src/sync/bridge.ts` */
export async function bundle(entry: string, outfile: string): Promise<void> {
  const builder: { bundle(entry: string, outfile: string): Promise<string[]> } = await import(BUILDER.href)
  await builder.bundle(entry, outfile)
}

/** @returns the path of the copy */
export function copyFixture(name: string, folder: string): string {
  const copy = join(folder, name)
  copyFileSync(join(FIXTURES, name), copy)
  return copy
}

export interface NodeOptions {
  /** Before the script. */
  readonly execArgv?: readonly string[]
  /** All that the process sees. */
  readonly env?: Readonly<Record<string, string>>
  /** Left out: the repository's root. */
  readonly cwd?: string
}

/** What became of a process. */
export interface Ended {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs to the end; killed, and so without an exit code, when it has none within 30 s. */
export async function runNode(args: readonly string[], options: NodeOptions = {}): Promise<Ended> {
  const { execArgv = [], env = {}, cwd } = options
  const { exitCode, stdout, stderr } = await execa(process.execPath, [...execArgv, ...args], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    extendEnv: false,
    reject: false,
    timeout: 30_000,
    killSignal: 'SIGKILL',
    stdin: 'ignore',
  })
  return { exitCode, stdout, stderr }
}
