/** How often every property is tried, and from which seed: chosen once, said in one line, the same in every file. */
import type { TestProject } from 'vitest/node'

/** What fast-check is told in every process. */
export interface Runs {
  readonly seed: number
  readonly numRuns: number
  /** Milliseconds. A property that has run as long has passed. */
  readonly interruptAfterTimeLimit?: number
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly fuzz: Runs
  }
}

/** Vitest calls it once, before any test: `FUZZ_SEED` repeats a run, `FUZZ_RUNS` and `FUZZ_SECONDS` are each property's. */
export default function chooseRuns({ provide, config }: TestProject): void {
  const { FUZZ_SEED, FUZZ_RUNS, FUZZ_SECONDS } = { ...config.env, ...process.env }
  const seed = readNumber(FUZZ_SEED) ?? Math.floor(Math.random() * 0x7fffffff)
  const numRuns = readNumber(FUZZ_RUNS) ?? 1000
  const seconds = readNumber(FUZZ_SECONDS)
  const limit = seconds === undefined ? {} : { interruptAfterTimeLimit: seconds * 1000 }
  provide('fuzz', { seed, numRuns, ...limit })
  console.log(`fast-check: ${numRuns} runs a property, FUZZ_SEED=${seed}`)
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,10}$/.test(text))
    throw new Error(`FUZZ_SEED, FUZZ_RUNS and FUZZ_SECONDS are whole numbers, not ${text}`)
  return Number(text)
}
