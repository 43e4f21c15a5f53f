/** Servers and folders that end with their test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type DevServer, type DevServerOptions, startDevServer } from '../../src/dev-server/index.ts'

export async function startServer(options?: DevServerOptions): Promise<DevServer> {
  const server = await startDevServer(options)
  onTestFinished(() => server.close())
  return server
}

/** @returns a fresh folder */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'locker-dev-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @returns the path of a new file */
export function makeFile(name: string, content: string | Buffer): string {
  const file = join(makeFolder(), name)
  writeFileSync(file, content)
  return file
}
