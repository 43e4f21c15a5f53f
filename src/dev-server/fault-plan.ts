/** Which request meets which fault. */
import type { Fault, FaultClause } from './fault.ts'

/** Counts the requests that each clause fits. */
export class FaultPlan {
  readonly #clauses: readonly FaultClause[]
  readonly #counts: number[]

  constructor(clauses: readonly FaultClause[]) {
    this.#clauses = clauses
    this.#counts = clauses.map(() => 0)
  }

  /**
   * Counts a request.
   *
   * @param method its method
   * @param url its path with query
   * @returns the fault of the first clause that applies, or undefined
   */
  next(method: string, url: string): Fault | undefined {
    let fault: Fault | undefined
    for (const [index, clause] of this.#clauses.entries()) {
      if (!fits(clause, method, url)) continue
      const count = (this.#counts[index] ?? 0) + 1
      this.#counts[index] = count
      if (count >= clause.first && count <= clause.last) fault ??= clause.fault
    }
    return fault
  }
}

function fits({ method: wanted, path }: FaultClause, method: string, url: string): boolean {
  if (wanted !== undefined && wanted !== method) return false
  if (path === undefined) return true
  return path.pattern.test(path.withQuery ? url : (url.split('?', 1)[0] ?? ''))
}
