/** What all writes have in common: sent once, and seen by the reads that follow. product: section 1, Failing */

import { encrypt } from '../crypto/cipher.ts'
import { hashText } from '../crypto/hash.ts'
import { AlreadyExistsError, fromErrorRecord, toErrorRecord } from '../errors.ts'
import type { WireEnvironment } from '../wire/types.ts'
import { askService, type Call } from './call.ts'
import { missingEnvironment } from './environment-check.ts'
import type { Opener } from './open-records.ts'
import type { AnswerTo, Asking, WriteQuestion } from './question.ts'

/**
 * @param question carries ciphertext and hashes only
 * @param duplicate what exists already if the service says that something does, such as `the secret "A" of ALL`
 * @throws AlreadyExistsError with a message of ours; else what the service's refusal comes to
 */
export function* send<One extends WriteQuestion>(
  call: Call,
  question: One,
  duplicate: string,
): Asking<AnswerTo<One>> {
  try {
    const [answer] = yield* askService(call, [question])
    return answer
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    throw fromErrorRecord({ ...toErrorRecord(error), message: `${duplicate} exists already` })
  } finally {
    // Also when it failed: nobody can know whether it was carried out.
    call.memory.noteChange(call.now())
  }
}

/**
 * @param names environments, looked up by hash at the service itself, side by side; undefined: ALL
 * @returns their records; undefined for ALL
 * @throws ResourceNotFoundError that names the first that isn't there
 */
export function* resolveEnvironments(
  call: Call,
  { projectId }: Opener,
  names: readonly (string | undefined)[],
): Asking<(WireEnvironment | undefined)[]> {
  const wanted = [...new Set(names.filter((name) => name !== undefined))]
  if (wanted.length === 0) return names.map(() => undefined)
  const found = yield* askService(
    call,
    wanted.map((name) => ({ ask: 'environments', hash: hashText(projectId, name) }) as const),
  )
  const byName = new Map(wanted.map((name, index) => [name, found[index]?.[0]]))
  return names.map((name) => {
    if (name === undefined) return undefined
    return byName.get(name) ?? failMissing(name)
  })
}

/** @returns an encryption of each text that isn't undefined; an empty one is encrypted as well */
export function encryptFields<Fields extends Readonly<Record<string, string | undefined>>>(
  { keys }: Opener,
  fields: Fields,
): { [Name in keyof Fields]?: string } {
  const given = Object.entries(fields).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, encrypt(keys, text)]],
  )
  return Object.fromEntries(given)
}

function failMissing(name: string): never {
  throw missingEnvironment(name, 'its name')
}
