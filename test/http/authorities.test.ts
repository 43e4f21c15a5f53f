import { beforeAll, expect, it } from 'vitest'
import { bundle, makeFolder, runNode } from '../sync/bundles.ts'

/** On these they take long enough to be parsed by a thread that waits anyway. */
const isParsed = /^v2[02]\./.test(process.version)

let folder: string
beforeAll(async () => {
  folder = makeFolder()
  await bundle('src/http/authorities.ts', `${folder}/authorities.cjs`)
})

it.each([
  ['https://127.0.0.1:1', isParsed],
  ['http://127.0.0.1:1', false],
])('authorities for %s are parsed beforehand: %s', async (apiBase, expected) => {
  const { stdout } = await runNode([
    '-p',
    `require('${folder}/authorities.cjs').parseAuthorities({ apiBase: '${apiBase}' }); process.moduleLoadList.includes('NativeModule tls')`,
  ])
  expect(stdout.trim()).toBe(String(expected))
})
