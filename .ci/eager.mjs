// Has V8 compile what a start runs together with the bundle that it is in. V8 reads a function without compiling it until
// it is called, and then reads it again, with all that is inside: three times for a module of undici's. Not so one in
// parentheses. Measured in pairs, Node 20 and 24: cold --import 2.3 and 2.9 ms less of 57, cold -r 0.7 and 1.6 of 68 and 80,
// warm -r 0.4 and 0.25 of 23; with every function in parentheses, whether it runs or not, nothing is left of that.
import MagicString from 'magic-string'
import { parseAst } from 'rollup/parseAst'

/**
 * @param {string} source of a CommonJS bundle by esbuild
 * @param {(start: number) => boolean} isRun whether the function that starts there is called
 * @returns {string} the same program: of functions that are called, declarations became variables at the beginning of
 *   their scope, where declarations are hoisted to anyway, and expressions stand in parentheses
 */
export function compileEagerly(source, isRun) {
  const program = parse(source)
  const edited = new MagicString(source)
  const assigned = findAssigned(program)
  for (const { node, parent, above, scope } of walk(program)) {
    if (node.type === 'FunctionDeclaration') {
      if (isRun(node.start) && scope.declares(node) && !assigned.has(node.id.name)) {
        const end = isEnded(source, scope.start) ? '' : ';'
        edited.appendRight(node.start, `${end}var ${node.id.name}=(`).appendLeft(node.end, ');')
        if (node.start > scope.start) {
          if (!isEnded(source, node.start)) edited.prependRight(node.end, ';')
          edited.move(node.start, node.end, scope.start)
        }
      }
    } else if (node.type === 'FunctionExpression') {
      if (isModule(parent, above)) {
        if (isRun(parent.start)) edited.appendRight(node.start, ':(function').appendLeft(node.end, ')')
      } else if (!isMethod(parent) && isRun(node.start)) {
        edited.appendRight(node.start, '(').appendLeft(node.end, ')')
      }
    }
  }
  // What can't be parsed is not built.
  parse(edited.toString())
  return edited.toString()
}

/** Whether what follows at a place can't be taken for a part of what comes before, whatever it is. */
function isEnded(source, at) {
  const before = source.slice(0, at).trimEnd()
  const isFirst = before === '' || (before.startsWith('#!') && !before.includes('\n'))
  return isFirst || before.endsWith(';') || before.endsWith('{')
}

function parse(source) {
  return parseAst(source, { allowReturnOutsideFunction: true })
}

/** Every node, from the outside in, with those that it lies in: the parent last. */
function* walk(node, above = [], scope = undefined) {
  const inside = openScope(node) ?? scope
  yield { node, parent: above.at(-1), above, scope }
  const around = [...above.slice(-2), node]
  for (const child of childrenOf(node)) yield* walk(child, around, inside)
}

function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value?.type === 'string')
}

/** Of the program's and of functions' own statements. A declaration in any other block is that block's. */
function openScope(node) {
  const { body } = node
  if (node.type === 'Program') return scopeOf(body, node.start)
  return /Function/.test(node.type) && body.type === 'BlockStatement'
    ? scopeOf(body.body, body.start + 1)
    : undefined
}

function scopeOf(statements, start) {
  const declared = statements.filter(({ type }) => type === 'FunctionDeclaration')
  const directives = statements.filter(({ directive }) => directive !== undefined)
  return {
    /** Behind the directives, and a line for the shell. */
    start: directives.at(-1)?.end ?? statements[0]?.start ?? start,
    declares: (node) =>
      declared.filter(({ id }) => id.name === node.id.name).length === 1 && declared.includes(node),
  }
}

/** What is assigned to anywhere: inside of a function expression, its own name can't be. */
function findAssigned(program) {
  const names = new Set()
  for (const { node } of walk(program)) {
    const target = node.type === 'UpdateExpression' ? node.argument : node.left
    if (/^(?:AssignmentExpression|UpdateExpression|For(?:In|Of)Statement)$/.test(node.type)) {
      for (const { node: part } of walk(target)) if (part.type === 'Identifier') names.add(part.name)
    }
  }
  return names
}

/** `__commonJS({ "path/to/module.js"(exports, module) {…} })`, as esbuild wraps a CommonJS module. */
function isModule(parent, above) {
  const [call, object] = above.slice(-3)
  return (
    object?.type === 'ObjectExpression' &&
    call.type === 'CallExpression' &&
    call.callee.name === '__commonJS' &&
    parent.type === 'Property' &&
    parent.method &&
    parent.key.type === 'Literal' &&
    !parent.value.async &&
    !parent.value.generator
  )
}

function isMethod(parent) {
  return (
    parent.type === 'MethodDefinition' ||
    (parent.type === 'Property' && (parent.method || parent.kind !== 'init'))
  )
}
