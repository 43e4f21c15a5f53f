/** Node's diagnostic reports, which hold the whole environment unless they are told not to. */

/**
 * @param report `process.report`. What Node older than 22.13 writes, and what is written by a thread, can't be helped.
 */
export function keepEnvironmentOut(report: object): void {
  if ('excludeEnv' in report) report.excludeEnv = true
}
