/**
 * undici parses answers with llhttp, in WebAssembly. V8 optimises it in the background once it has run a little, and a
 * process that has finished waits for that. For two short answers, CPU time: on Node 20 75 to 100 ms and 35 MB, on
 * Node 24 45 of 157 ms. Nothing gentler helps: the wait is the same when the worker is ended first.
 */

/** V8's own defaults, by Node's major version, put back afterwards: it is somebody else's process. */
export const DEFAULT_BUDGETS = new Map([
  [20, 1_800_000],
  [22, 13_000_000],
  [24, 13_000_000],
  [26, 13_000_000],
])
/** More than any load runs. */
const ENDLESS_BUDGET = 2_000_000_000

let isBrief = false

/** For a thread that asks a few times and is done: what it compiles from now on isn't optimised. */
export function expectFewAnswers(): void {
  isBrief = true
}

/**
 * The build has undici call this right before it compiles llhttp (`lean.mjs`). A module's budget is that of the moment
 * when it is compiled, and no sooner: while a flag is changed, Node's own modules load without their code cache.
 *
 * @public
 */
export function prepareCompilation(): void {
  const budget = DEFAULT_BUDGETS.get(Number.parseInt(process.versions.node, 10))
  if (!isBrief || budget === undefined || hasOwnBudget()) return
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString(`--wasm-tiering-budget=${ENDLESS_BUDGET}`)
  queueMicrotask(() => setFlagsFromString(`--wasm-tiering-budget=${budget}`))
}

/** Whoever started Node with a budget of their own keeps it; but a worker of ours isn't told of any. */
function hasOwnBudget(): boolean {
  return process.execArgv.some((argument) => argument.includes('tiering'))
}
