// Builds dist: one CommonJS bundle per entry, an ES module over each public one, rolled-up types.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'
import dts from 'rollup-plugin-dts'
import { bundle } from './bundle.mjs'
import { compileEagerly } from './eager.mjs'
import { findRunFunctions } from './run-functions.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

/** Entry → bundle. A bundle may `require` another one of these when, and only when, it needs it. */
const BUNDLES = {
  'src/index.ts': 'index',
  'src/required.ts': 'required',
  'src/imported.ts': 'imported',
  'src/replay/recall.ts': 'recall',
  'src/register.ts': 'register',
  'src/vault/fetch-pooled.ts': 'fetch',
  'src/vault/fetch-natively.ts': 'fetch-natively',
  'src/http/proxy-agent.cjs': 'proxy-agent',
  'node_modules/undici/lib/llhttp/llhttp-wasm.js': 'llhttp',
  'src/sync/early.ts': 'early',
  'src/sync/bridge.ts': 'bridge',
  'src/sync/register-worker.ts': 'register-worker',
  'src/sync/sdk-bridge.ts': 'sdk-bridge',
  'src/sync/sdk-worker.ts': 'sdk-worker',
  'src/run/bin.ts': 'locker-run',
  'src/run/main.ts': 'locker-main',
  'src/run/whole.ts': 'run-whole',
  'src/run/without-secrets.ts': 'without-secrets',
  'src/run/exec.ts': 'exec',
  'src/run/start-failure.ts': 'start-failure',
  'node_modules/cross-spawn/index.js': 'cross-spawn',
  'src/dev-server/index.ts': 'dev-server',
  'src/dev-server/main.ts': 'locker-dev',
}
/** What package.json names as commands. A file in front of the bundle would cost each start 0.6 ms. */
const COMMANDS = ['locker-run', 'locker-dev']
/** Entry → public name: gets an ES module and types as well. */
const PUBLIC = { 'src/index.ts': 'index', 'src/dev-server/index.ts': 'dev-server' }

rmSync('dist', { recursive: true, force: true })

const bundled = new Set()
for (const [entry, name] of Object.entries(BUNDLES)) {
  for (const input of await bundle(entry, `dist/${name}.cjs`)) {
    const [, folder] = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
    if (folder) bundled.add(folder)
  }
}
for (const [name, starts] of await findRunFunctions()) {
  const file = `dist/${name}`
  writeFileSync(
    file,
    compileEagerly(readFileSync(file, 'utf8'), (start) => starts.has(start)),
  )
}
for (const name of COMMANDS) chmodSync(`dist/${name}.cjs`, 0o755)
for (const [entry, name] of Object.entries(PUBLIC)) await publish(entry, name)
writeLicences()

/** The ES module re-exports the CommonJS one: one copy of every class, whoever imports. */
async function publish(entry, name) {
  const names = Object.keys((await import(`../dist/${name}.cjs`)).default)
  const list = names.join(', ')
  writeFileSync(`dist/${name}.mjs`, `import bundle from './${name}.cjs'\nexport const { ${list} } = bundle\n`)
  const types = await rollup({
    input: entry,
    plugins: [dts()],
    external: [...builtinModules, ...builtinModules.map((module) => `node:${module}`)],
  })
  for (const extension of ['d.cts', 'd.mts'])
    await types.write({ file: `dist/${name}.${extension}`, format: 'es' })
  await types.close()
}

/** What is bundled ships with its licence. */
function writeLicences() {
  const texts = [...bundled].sort().map((folder) => {
    const { name: packageName, version: packageVersion } = JSON.parse(
      readFileSync(`${folder}/package.json`, 'utf8'),
    )
    return `${packageName} ${packageVersion}\n\n${readLicence(folder)}`
  })
  writeFileSync('dist/LICENSES.txt', texts.join(`\n\n${'-'.repeat(80)}\n\n`))
}

function readLicence(folder) {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'License.txt']) {
    try {
      return readFileSync(`${folder}/${file}`, 'utf8').trim()
    } catch {}
  }
  throw new Error(`no licence file in ${folder}`)
}
