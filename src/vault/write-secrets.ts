/** Creating and changing secrets. protocol: section 3, Bodies */
import { hashText } from '../crypto/hash.ts'
import type { WireEnvironment, WireSecret, WireSecretBody } from '../wire/types.ts'
import { askService, type Call, open, requireOpener } from './call.ts'
import { type Opener, openSecretRecords } from './open-records.ts'
import type { Asking } from './question.ts'
import { createFilter, missingSecret } from './read-secrets.ts'
import type { Secret } from './secret.ts'
import { encryptFields, resolveEnvironments, send } from './write.ts'

/** A secret to be. */
export interface SecretDraft {
  readonly key: string
  readonly value: string
  readonly description: string | undefined
  /** Undefined: ALL. */
  readonly environment: string | undefined
}

/** What becomes of a secret. What is undefined stays as it is, but for the environment. */
export interface SecretEdit {
  readonly value: string | undefined
  readonly description: string | undefined
  /** Where it is to be; undefined: ALL. */
  readonly environment: string | undefined
}

/**
 * @throws ResourceNotFoundError when there is no such environment, and nothing was sent; AlreadyExistsError when it has
 *   that key already
 */
export function* createSecret(call: Call, secret: SecretDraft): Asking<Secret> {
  const { key, value, description, environment } = secret
  const opener = yield* requireOpener(call)
  const [target] = yield* resolveEnvironments(call, opener, [environment])
  const body: WireSecretBody = {
    ...encryptFields(opener, { key, value, description }),
    hash: hashText(opener.projectId, key),
    ...(environment === undefined ? {} : moveTo(opener, target, environment)),
  }
  const record = yield* send(call, { ask: 'createSecret', body }, describeSecret(key, environment))
  return openOne(call, opener, record)
}

/**
 * @param environment whose own secret; undefined: ALL's
 * @throws ResourceNotFoundError when there is no such secret or environment, and nothing was sent; AlreadyExistsError
 *   when the environment that it is to be in has that key already
 */
export function* modifySecret(
  call: Call,
  key: string,
  environment: string | undefined,
  { value, description, environment: wanted }: SecretEdit,
): Asking<Secret> {
  const opener = yield* requireOpener(call)
  const [, target] = yield* resolveEnvironments(call, opener, [environment, wanted])
  const hash = hashText(opener.projectId, key)
  const [records] = yield* askService(call, [{ ask: 'secrets', hash }])
  const record = records.find(createFilter(environment ?? null, opener.projectId))
  if (record === undefined) throw missingSecret(key, describePlace(environment))
  const body: WireSecretBody = {
    ...encryptFields(opener, { key, value, description }),
    hash,
    ...(environment === wanted ? {} : moveTo(opener, target, wanted)),
  }
  const question = { ask: 'updateSecret', id: record.id, body } as const
  return openOne(call, opener, yield* send(call, question, describeSecret(key, wanted)))
}

/** A secret of ALL has no environment's name; the official client sends an empty one. */
function moveTo(
  opener: Opener,
  target: WireEnvironment | undefined,
  name: string | undefined,
): Pick<WireSecretBody, 'environment_id' | 'environment_name'> {
  return { environment_id: target?.id ?? '', ...encryptFields(opener, { environment_name: name ?? '' }) }
}

function openOne(call: Call, opener: Opener, record: WireSecret): Secret {
  const [secret] = open(call, () => openSecretRecords(opener, [record]))
  if (secret === undefined) throw new TypeError('a record came to no secret')
  return secret
}

function describeSecret(key: string, environment: string | undefined): string {
  return `the secret ${JSON.stringify(key)} of ${describePlace(environment)}`
}

function describePlace(environment: string | undefined): string {
  return environment === undefined ? 'ALL' : JSON.stringify(environment)
}
