// Writes docs/api from the public types and their docstrings. With --check it only says whether they are current.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, Converter, ReflectionKind } from 'typedoc'
import { load } from 'typedoc-plugin-markdown'

const TARGET = 'docs/api'
/** Members by their order in the source; no place, date or link of the machine that writes it. */
const OPTIONS = {
  plugin: [load],
  name: 'API',
  entryPoints: ['src/index.ts', 'register/index.d.mts', 'src/dev-server/index.ts'],
  tsconfig: '.ci/tsconfig.api.json',
  logLevel: 'Warn',
  readme: 'none',
  sortEntryPoints: false,
  sort: ['source-order'],
  kindSortOrder: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable'],
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  intentionallyNotExported: ['EXPORT_FORMATS'],
  router: 'module',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  ...Object.fromEntries(
    ['parameters', 'interfaceProperties', 'classProperties', 'typeDeclaration'].map((part) => [
      `${part}Format`,
      'table',
    ]),
  ),
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
if (process.argv.includes('--check')) await check()
else {
  rmSync(TARGET, { recursive: true, force: true })
  await write(TARGET)
}

async function check() {
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-api-'))
  try {
    await write(folder)
    const [now, before] = [folder, TARGET].map(readFolder)
    if (now === before) return
    console.error('docs/api is out of date: run npm run api')
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function write(folder) {
  const app = await Application.bootstrapWithPlugins(OPTIONS)
  // After it is known what is inherited, before members are sorted into groups.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => dropInherited(project), -50)
  const project = await app.convert()
  if (project !== undefined) {
    app.validate(project)
    await app.outputs.writeOutput({ name: 'markdown', path: folder }, project)
  }
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('the API reference has faults')
}

/** What a class has from another one is told there. A subclass's constructor is for us. */
function dropInherited(project) {
  for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
    const from = member.kindOf(ReflectionKind.Constructor) ? member.overwrites : member.inheritedFrom
    if (from?.reflection) project.removeReflection(member)
  }
}

/** @returns every file's name and text; empty without such a folder */
function readFolder(folder) {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    )
    const texts = files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return `${path.slice(folder.length)}\n${readFileSync(path, 'utf8')}`
    })
    return texts.sort().join('\n')
  } catch {
    return ''
  }
}
