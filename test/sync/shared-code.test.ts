import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSharedCode, requireShared, type SharedCode, shareCode } from '../../src/sync/shared-code.ts'
import { makeFolder } from './bundles.ts'

const require = createRequire(import.meta.url)
/** So long that V8 keeps code of it. */
const SOURCE = `exports.sum = (a, b) => a + b
exports.joined = require('node:path').join('a', 'b')
exports.places = [__filename, __dirname]
exports.isModule = module.exports === exports
${'// padding\n'.repeat(200)}`

let file: string
let shared: SharedCode

beforeEach(() => {
  file = join(makeFolder(), 'bundle.cjs')
  writeFileSync(file, SOURCE)
  shared = createSharedCode()
})

describe('shared code', () => {
  it('is the bundle, as `require` would have loaded it', () => {
    shareCode(shared, file)
    const { sum, ...rest } = requireShared<Record<string, unknown>>(shared, file, require)?.exports ?? {}
    const { sum: _, ...required } = require(file)
    expect(rest).toEqual(required)
    expect(sum).toBeTypeOf('function')
  })

  it('is nothing before it has been shared', () => {
    expect(requireShared(shared, file, require)).toBeUndefined()
  })

  it.each<[string, () => void]>([
    ['has no file', () => shareCode(shared, `${file}.missing`)],
    ['does not parse', () => shareCode(shared, brokenFile())],
  ])('is nothing when the bundle %s', (_, share) => {
    share()
    expect(requireShared(shared, file, require)).toBeUndefined()
  })

  it('is not used for another source', () => {
    shareCode(shared, file)
    writeFileSync(file, `${SOURCE}// and more`)
    expect(requireShared(shared, file, require)).toBeUndefined()
  })

  function brokenFile(): string {
    const broken = `${file}.broken`
    writeFileSync(broken, 'exports = {')
    return broken
  }
})
