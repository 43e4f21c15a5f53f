// Writes the README's table of settings from src/config/settings.ts. With --check it only says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const START = '<!-- settings:start -->'
const END = '<!-- settings:end -->'
const HEADER = '| variable | flag | key | meaning |\n| --- | --- | --- | --- |'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const readme = readFileSync('README.md', 'utf8')
const [before, rest] = readme.split(START)
const [, after] = rest.split(END)
const settings = await loadSettings()
const current = `${before}${START}\n${HEADER}\n${settings.map(formatRow).join('\n')}\n${END}${after}`

if (current !== readme && process.argv.includes('--check')) {
  console.error('the table of settings in README.md is out of date: run node .ci/readme.mjs')
  process.exitCode = 1
} else writeFileSync('README.md', current)

/** Node 20 can't import TypeScript. */
async function loadSettings() {
  const { outputFiles } = await build({
    entryPoints: ['src/config/settings.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  })
  const { SETTINGS } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  return SETTINGS
}

function formatRow(setting) {
  const { variable, doc, defaultText } = setting
  const meaning = defaultText === undefined ? doc : `${doc}. Default: ${code(defaultText)}`
  return `| ${[code(variable), formatFlag(setting), formatKey(setting), meaning].join(' | ')} |`
}

/** `-e`, `--environment`; `--[no-]cache`. */
function formatFlag({ flag, short, kind }) {
  if (flag === undefined) return ''
  const long = code(`--${kind.isNegatable ? '[no-]' : ''}${flag}`)
  return short === undefined ? long : `${code(`-${short}`)}, ${long}`
}

/** Where the key may be used: in `locker.json` and code, or in one of them. */
function formatKey({ key, sources }) {
  const places = ['locker.json', 'option'].filter((source) => sources.includes(source))
  if (places.length === 0) return ''
  return places.length === 2 ? code(key) : `${code(key)} (${places[0] === 'option' ? 'code' : 'file'})`
}

function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``
}
