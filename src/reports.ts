/** Node's diagnostic reports, which hold the whole environment unless they are told not to. */

/** What this needs of `process`. */
export interface Reporter {
  /** Such as `v20.19.0`. */
  readonly version: string
  readonly report: object
}

/** The first of the lines that learned it: to ask an older Node for its reports costs a start 0.2 ms. */
const LEAST_MAJOR = 22

/** @param host `process`. What Node older than 22.13 writes, and what is written by a thread, can't be helped */
export function keepEnvironmentOut(host: Reporter): void {
  if (Number.parseInt(host.version.slice(1), 10) < LEAST_MAJOR) return
  const { report } = host
  if ('excludeEnv' in report) report.excludeEnv = true
}
