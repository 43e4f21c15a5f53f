import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundle, copyFixture, makeFolder, runNode } from '../sync/bundles.ts'
import { createProject, serveProject } from '../vault/test-project.ts'
import { ACCESS_KEY_ID, connectionTo, SETTINGS } from './client.ts'
import { startServer } from './test-server.ts'

const require = createRequire(import.meta.url)
const sourceOf = (file: string) => readFileSync(require.resolve(`undici/lib/${file}`), 'utf8')
const usesOf = (pattern: RegExp, ...files: string[]) => {
  const found = files.flatMap((file) => [...sourceOf(file).matchAll(pattern)])
  return [...new Set(found.map(([, use]) => use))].toSorted()
}

/** Where undici comes to ask for more than `.ci/lean.mjs` has, a stand-in must grow. */
describe('what undici uses of a module that something stands in for', () => {
  it.each([
    ["the parser's tables", ['ERROR', 'TYPE'], usesOf(/\bconstants\.([A-Z]\w*)/g, 'dispatcher/client-h1.js')],
    ["the tree of headers' names", ['lookup(value) ??'], usesOf(/\btree\.(.{16})/g, 'core/util.js')],
    [
      "the record of headers' names",
      ['['],
      usesOf(/\bheaderNameLowerCasedRecord([^\w\s])/g, 'core/util.js', 'core/request.js'),
    ],
    [
      'its channels',
      ['hasSubscribers', 'publish'],
      usesOf(
        /\bchannels\.\w+\.(\w+)/g,
        'core/request.js',
        'dispatcher/client.js',
        'dispatcher/client-h1.js',
        'dispatcher/proxy-agent.js',
      ),
    ],
  ])('is, of %s, what it was', (_, known, uses) => {
    expect(uses).toEqual(known)
  })
})

describe('the bundle', () => {
  let folder: string
  beforeAll(async () => {
    folder = makeFolder()
    await bundle('src/vault/fetch-pooled.ts', `${folder}/fetch.cjs`)
  })

  it('shows its requests to nobody who listens to undici, loads nothing before its time, and ends', async () => {
    const project = createProject()
    const server = await startServer(serveProject(project, [project.secret('A', 'x')]))
    const request = {
      accessKeyId: ACCESS_KEY_ID,
      connection: connectionTo(server.origin),
      environment: undefined,
      settings: SETTINGS,
    }
    const {
      channels,
    }: { channels: Record<string, { name: string }> } = require('undici/lib/core/diagnostics.js')
    const names = Object.values(channels).map(({ name }) => name)
    expect(names).toContain('undici:client:sendHeaders')
    const { stdout, stderr } = await runNode([
      copyFixture('watched-fetch.cjs', folder),
      `${folder}/fetch.cjs`,
      JSON.stringify(request),
      ...names,
    ])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({ secrets: 1, published: [], early: [], waits: false })
  })
})
