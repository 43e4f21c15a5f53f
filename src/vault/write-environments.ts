/** Creating and changing environments. protocol: section 3, Bodies */
import { hashText } from '../crypto/hash.ts'
import type { WireEnvironment } from '../wire/types.ts'
import { type Call, open, requireOpener } from './call.ts'
import type { Environment } from './environment.ts'
import { missingEnvironment } from './environment-check.ts'
import { type Opener, openEnvironmentRecords } from './open-records.ts'
import type { Asking } from './question.ts'
import { encryptFields, resolveEnvironments, send } from './write.ts'

/** An environment to be. */
export interface EnvironmentDraft {
  readonly name: string
  readonly externalUrl: string
  readonly description: string | undefined
}

/** What becomes of an environment. What is undefined stays as it is. */
export interface EnvironmentEdit {
  readonly externalUrl: string | undefined
  readonly description: string | undefined
}

/** @throws AlreadyExistsError when there is one of that name */
export function* createEnvironment(
  call: Call,
  { name, externalUrl, description }: EnvironmentDraft,
): Asking<Environment> {
  const opener = yield* requireOpener(call)
  const body = {
    ...encryptFields(opener, { name, external_url: externalUrl, description }),
    hash: hashText(opener.projectId, name),
  }
  const record = yield* send(call, { ask: 'createEnvironment', body }, describeEnvironment(name))
  return openOne(call, opener, record)
}

/** @throws ResourceNotFoundError when there is none of that name, and nothing was sent */
export function* modifyEnvironment(
  call: Call,
  name: string,
  { externalUrl, description }: EnvironmentEdit,
): Asking<Environment> {
  const opener = yield* requireOpener(call)
  const [record] = yield* resolveEnvironments(call, opener, [name])
  if (record === undefined) throw missingEnvironment(name, 'its name')
  const body = {
    ...encryptFields(opener, { name, external_url: externalUrl, description }),
    hash: record.hash,
  }
  const question = { ask: 'updateEnvironment', id: record.id, body } as const
  return openOne(call, opener, yield* send(call, question, describeEnvironment(name)))
}

function openOne(call: Call, opener: Opener, record: WireEnvironment): Environment {
  const [environment] = open(call, () => openEnvironmentRecords(opener, [record]))
  if (environment === undefined) throw new TypeError('a record came to no environment')
  return environment
}

function describeEnvironment(name: string): string {
  return `the environment ${JSON.stringify(name)}`
}
