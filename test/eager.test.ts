/** What the build does so that V8 compiles a start's functions at once. */
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { compileEagerly } from '../.ci/eager.mjs'

/** @returns what the program is worth, and as it is after the build */
function evaluate(source: string): { before: unknown; after: unknown; eager: string } {
  const eager = compileEagerly(source, () => true)
  return { before: runInNewContext(source), after: runInNewContext(eager), eager }
}

describe('a program whose functions are compiled eagerly', () => {
  it.each([
    [
      'a function used before it is declared',
      'const value = double(2); function double(n) { return n * 2 } value',
    ],
    ['one inside of one', 'function outer() { return inner() + 1; function inner() { return 2 } } outer()'],
    ['one that calls itself', 'function sum(n) { return n ? n + sum(n - 1) : 0 } sum(4)'],
    ['a strict one', '"use strict"; function self() { return this === undefined } self()'],
    [
      'one that is strict inside',
      'function self() { "use strict"; return inner(); function inner() { return this === undefined } } self()',
    ],
    ['one with its arguments', 'function count() { return arguments.length } count(1, 2)'],
    ['a parameter of the same name', 'function own(own) { return own } own(3)'],
    ['a default that is a function', 'function call(f = function () { return 4 }) { return f() } call()'],
    [
      'one that is given another value',
      'function change() { change = () => 5; return 1 } change() + change()',
    ],
    [
      'one that is declared twice',
      'const value = twice(); function twice() { return 1 } function twice() { return 2 } value',
    ],
    ['one in a block', 'let value = 0; { value = block(); function block() { return 6 } } value'],
    ['a generator', 'function* two() { yield 1; yield 2 } [...two()].join()'],
    [
      'the name of one without a name',
      'const named = function () {}; const { other = function () {} } = {}; named.name + other.name',
    ],
    [
      'methods of objects and classes',
      'class A { get a() { return 1 } static b() { return 2 } c() { return super.toString === Object.prototype.toString } } const o = { d() { return 4 }, get e() { return 5 } }; [new A().a, A.b(), new A().c(), o.d(), o.e].join()',
    ],
    [
      'a CommonJS module, as esbuild has it',
      'var __commonJS = (cb) => { const module = { exports: {} }; cb[Object.keys(cb)[0]](module.exports, module); return module.exports }; __commonJS({ "lib/a.js"(exports2, module2) { module2.exports = seven(); function seven() { return 7 } } })',
    ],
    [
      'methods whose names are in quotes',
      'const o = { "x"() { return super.toString === Object.prototype.toString }, async "y"() {}, *"z"() { yield 1 } }; [o.x(), "prototype" in o.x, [...o.z()]].join()',
    ],
    [
      'no semicolon around declarations',
      'var one = 1\nfunction a() {}\n`text`.length\nvar two = one\nfunction b() {}\n(3)\ntwo',
    ],
    [
      'directives without a semicolon',
      '"use strict"\nvar value = strict()\nfunction strict() { "use strict"\n return inner()\n function inner() { return this === undefined } }\nvalue',
    ],
    [
      'a line for the shell',
      '#!/usr/bin/env node\nconst value = inner()\nfunction inner() { return 8 }\nvalue',
    ],
  ])('is worth the same with %s', (_, source) => {
    const { before, after } = evaluate(source)
    expect(after).toEqual(before)
    expect(before).toBeDefined()
  })

  it('has parentheses around those that run, and no others', () => {
    const source = 'function one(){} function two(){} const three=function(){}'
    const isRun = (start: number) => start !== source.indexOf('function two')
    expect(compileEagerly(source, isRun)).toBe(
      'var one=(function one(){}); function two(){} const three=(function(){})',
    )
  })
})
