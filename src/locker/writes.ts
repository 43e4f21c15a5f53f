/** What the writing methods do with their arguments as they come. */
import type { Environment } from '../vault/environment.ts'
import type { Secret } from '../vault/secret.ts'
import * as environments from '../vault/write-environments.ts'
import { createSecret, modifySecret } from '../vault/write-secrets.ts'
import type { UseCase } from './caller.ts'
import {
  decodeEnvironment,
  decodeFields,
  optionalText,
  requireName,
  requireNewName,
  requireText,
} from './input.ts'

/** A secret to be. */
export interface NewSecret {
  readonly key: string
  /** May be empty. */
  readonly value: string
  /** Default: none. */
  readonly description?: string | undefined
  /** Left out, null, '' or `ALL`: ALL. */
  readonly environmentName?: string | null | undefined
}

/** What becomes of a secret. A value or description that is left out stays. */
export interface SecretChange {
  readonly value?: string | undefined
  readonly description?: string | undefined
  /** Where the secret is to be. Left out, null, '' or `ALL`: ALL. To keep it where it is, name that environment. */
  readonly environmentName?: string | null | undefined
}

/** An environment to be. */
export interface NewEnvironment {
  /** Anything but `ALL`. */
  readonly name: string
  readonly externalUrl: string
  /** Default: none. */
  readonly description?: string | undefined
}

/** What becomes of an environment. What is left out stays. */
export interface EnvironmentChange {
  readonly externalUrl?: string | undefined
  readonly description?: string | undefined
}

export function create(given: unknown): UseCase<Secret> {
  return (call) => {
    const fields = decodeFields(given, 'the secret', ['key', 'value', 'description', 'environmentName'])
    return createSecret(call, {
      key: requireName(fields['key'], 'key'),
      value: requireText(fields['value'], 'value'),
      description: optionalText(fields['description'], 'description'),
      environment: decodeEnvironment(fields['environmentName'], 'environmentName'),
    })
  }
}

export function modify(key: unknown, environment: unknown, given: unknown): UseCase<Secret> {
  return (call) => {
    const fields = decodeFields(given, 'the change', ['value', 'description', 'environmentName'])
    return modifySecret(
      call,
      requireName(key, 'the key'),
      decodeEnvironment(environment, 'the environment'),
      {
        value: optionalText(fields['value'], 'value'),
        description: optionalText(fields['description'], 'description'),
        environment: decodeEnvironment(fields['environmentName'], 'environmentName'),
      },
    )
  }
}

export function createEnvironment(given: unknown): UseCase<Environment> {
  return (call) => {
    const fields = decodeFields(given, 'the environment', ['name', 'externalUrl', 'description'])
    return environments.createEnvironment(call, {
      name: requireNewName(fields['name'], 'name'),
      externalUrl: requireName(fields['externalUrl'], 'externalUrl'),
      description: optionalText(fields['description'], 'description'),
    })
  }
}

export function modifyEnvironment(name: unknown, given: unknown): UseCase<Environment> {
  return (call) => {
    const fields = decodeFields(given, 'the change', ['externalUrl', 'description'])
    return environments.modifyEnvironment(call, requireName(name, 'the name'), {
      externalUrl: optionalText(fields['externalUrl'], 'externalUrl'),
      description: optionalText(fields['description'], 'description'),
    })
  }
}
