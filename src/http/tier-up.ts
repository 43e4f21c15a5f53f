/**
 * undici parses answers with llhttp, in WebAssembly. On Node 20, V8 optimises it in the background once it has run a
 * little, and a process that has finished waits for that: 75 to 100 ms, and 35 MB, for two short answers. Nothing
 * gentler helps: the wait is the same when the worker is ended first. Later V8s don't wait.
 */

/** V8's own default on Node 20, put back afterwards: it is somebody else's process. */
const DEFAULT_BUDGET = 1_800_000
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
 */
export function prepareCompilation(): void {
  if (!isBrief || !process.versions.node.startsWith('20.') || hasOwnBudget()) return
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString(`--wasm-tiering-budget=${ENDLESS_BUDGET}`)
  queueMicrotask(() => setFlagsFromString(`--wasm-tiering-budget=${DEFAULT_BUDGET}`))
}

/** Whoever started Node with a budget of their own keeps it. */
function hasOwnBudget(): boolean {
  return process.execArgv.some((argument) => argument.includes('tiering'))
}
