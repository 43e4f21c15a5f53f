import { beforeAll, expect, it } from 'vitest'
import { isLongParsing } from '../../src/http/authorities.ts'
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
    `require('${folder}/authorities.cjs').parseAuthorities('${apiBase}'); process.moduleLoadList.includes('NativeModule tls')`,
  ])
  expect(stdout.trim()).toBe(String(expected))
})

const isNode20 = process.version.startsWith('v20.')

it.each([
  ['https://locker.example', isNode20],
  [undefined, isNode20],
  ['http://127.0.0.1:1', false],
])('to parse them for %s is all that there is time for: %s', (apiBase, expected) => {
  expect(isLongParsing(apiBase)).toBe(expected)
})
