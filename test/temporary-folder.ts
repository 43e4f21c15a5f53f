/** For a whole run of tests: one folder for everything temporary, gone at the end, whatever a test has left in it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function prepare(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-tests-'))
  // Some tests run programs as another user.
  chmodSync(folder, 0o755)
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
