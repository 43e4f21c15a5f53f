/** A folder of real files, and the sources that a process started there would have. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { resolveConfig, type Sources } from '../../src/config/resolve.ts'

export const ID = '11111111-1111-4111-8111-111111111111'
export const OTHER_ID = '22222222-2222-4222-8222-222222222222'
export const SECRET = Buffer.alloc(32, 7).toString('base64')
export const OTHER_SECRET = Buffer.alloc(32, 8).toString('base64')

/** A project folder with a `package.json`, and a home beside it. Both go when the test ends. */
export interface Machine {
  readonly cwd: string
  readonly home: string
  /** Writes a file, its path relative to the project's folder. */
  write(path: string, content: string | Buffer | object): string
  /** The sources of a process there, with some of them changed. */
  sources(changes?: Partial<Sources>): Sources
  resolve(changes?: Partial<Sources>): Config
}

export function createMachine(): Machine {
  const root = mkdtempSync(join(tmpdir(), 'lockerpm-config-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const [cwd, home] = [join(root, 'project'), join(root, 'home')]
  const write: Machine['write'] = (path, content) => {
    const file = join(cwd, path)
    mkdirSync(dirname(file), { recursive: true })
    const isText = typeof content === 'string' || Buffer.isBuffer(content)
    writeFileSync(file, isText ? content : JSON.stringify(content))
    return file
  }
  const sources: Machine['sources'] = (changes) => {
    const defaults = {
      env: {},
      cwd,
      home,
      platform: 'linux',
      restTimeSeconds: 0,
      keepCredentials: true,
    } as const
    return { ...defaults, ...changes }
  }
  write('package.json', {})
  return { cwd, home, write, sources, resolve: (changes) => resolveConfig(sources(changes)) }
}

/** @returns the message of the error that a function throws */
export function messageOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('nothing was thrown')
}
