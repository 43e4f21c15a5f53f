/** Reading environments. product: section 4 */
import { hashText } from '../crypto/hash.ts'
import type { WireEnvironment } from '../wire/types.ts'
import { type Call, open, recall, requireOpener } from './call.ts'
import type { Environment } from './environment.ts'
import { openEnvironmentRecords } from './open-records.ts'
import type { Asking } from './question.ts'

/** @throws CliRunError when an environment can't be opened */
export function* listEnvironments(call: Call): Asking<Environment[]> {
  const [records] = yield* recall(call, [{ ask: 'environments' }])
  return yield* openEnvironments(call, records)
}

/**
 * @returns undefined: there is none of that name
 * @throws CliRunError when it can't be opened
 */
export function* findEnvironment(call: Call, name: string): Asking<Environment | undefined> {
  const { projectId } = yield* requireOpener(call)
  const [records] = yield* recall(call, [{ ask: 'environments', hash: hashText(projectId, name) }])
  const environments = yield* openEnvironments(call, records)
  return environments.find((environment) => environment.name === name)
}

function* openEnvironments(call: Call, records: readonly WireEnvironment[]): Asking<Environment[]> {
  const opener = yield* requireOpener(call)
  return open(call, () => openEnvironmentRecords(opener, records))
}
