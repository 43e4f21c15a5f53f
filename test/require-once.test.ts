/** What the build does so that a bundle asks Node once for each module. */
import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { requireOnce } from '../.ci/require-once.mjs'

const PATHS = 'var import_node_path=require("node:path"),HEAD=1;'

/** @returns what the program is worth, and what it required */
function evaluate(source: string): { value: unknown; required: string[] } {
  const required: string[] = []
  const real = createRequire(import.meta.url)
  const value = runInThisContext(`(function (require) { return eval(${JSON.stringify(source)}) })`)(
    (id: string) => {
      required.push(id)
      return real(id)
    },
  )
  return { value, required }
}

describe('a bundle of several files', () => {
  it.each([
    ['each for itself', `${PATHS}var import_node_fs=require("node:fs");`, ['node:path', 'node:fs']],
    [
      'the same again',
      `${PATHS}var TAIL=2,import_node_path2=require("node:path");import_node_path2.sep`,
      ['node:path'],
    ],
    [
      'the same a third time, before a function that uses it',
      `${PATHS}var import_node_path2=require("node:path");var import_node_path3=require("node:path");end();function end(){return import_node_path3.sep}`,
      ['node:path'],
    ],
  ])('requires once what they import: %s', (_, source, expected) => {
    const once = requireOnce(source)
    expect(evaluate(once)).toEqual({ value: evaluate(source).value, required: expected })
  })

  it.each([
    [
      'inside of a function, which runs later',
      `${PATHS}function late(){var import_node_path2=require("node:path")}`,
    ],
    ['by another name, which may be given another value', `${PATHS}var path=require("node:path");`],
    ['of somebody else', 'var import_node_a=require("a"),import_node_b=require("a");'],
    ['without a value', 'var import_node_path;import_node_path=require("node:path");'],
  ])('leaves alone what is required %s', (_, source) => {
    expect(requireOnce(source)).toBe(source)
  })
})
