/**
 * Holds the README's tables to the figures they are made from.
 *
 *   node test/bench/check.mjs           fails when README.md differs from results.json or behaviour.json
 *   node test/bench/check.mjs --write   makes it the same
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatBehaviour } from './behaviour-table.mjs'
import { REPOSITORY } from './repository.mjs'
import { formatMarkdown } from './tables.mjs'

const SECTIONS = [
  { name: 'bench', file: 'results.json', format: formatMarkdown },
  { name: 'behaviour', file: 'behaviour.json', format: formatBehaviour },
]
const README = join(REPOSITORY, 'README.md')

const before = readFileSync(README, 'utf8')
const after = SECTIONS.reduce(replaceSection, before)
if (process.argv.includes('--write')) writeFileSync(README, after)
else if (before !== after)
  fail('README.md is not what the figures give: run node test/bench/check.mjs --write')

function replaceSection(text, { name, file, format }) {
  const path = join(import.meta.dirname, file)
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) fail(`README.md has no ${start} … ${end}`)
  // Without figures there is nothing to show.
  const content = existsSync(path) ? format(JSON.parse(readFileSync(path, 'utf8'))) : ''
  return `${text.slice(0, from + start.length)}\n${content && `${content}\n`}${text.slice(to)}`
}

function fail(problem) {
  console.error(problem)
  process.exit(1)
}
