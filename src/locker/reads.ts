/** What the reading methods do with their arguments as they come. Each is performed awaiting or blocking. */
import { formatEnvironment } from '../environment/format.ts'
import type { ExportFormat } from '../environment/format-names.ts'
import { checkRequired } from '../environment/required.ts'
import { describeDangerous, selectSecrets } from '../environment/selection.ts'
import type { Call } from '../vault/call.ts'
import type { Environment } from '../vault/environment.ts'
import type { OpenedSecrets } from '../vault/open.ts'
import type { Asking } from '../vault/question.ts'
import * as environments from '../vault/read-environments.ts'
import { readLayers } from '../vault/read-layers.ts'
import { findSecret, listSecrets, missingSecret } from '../vault/read-secrets.ts'
import type { Secret } from '../vault/secret.ts'
import type { UseCase } from './caller.ts'
import { createEnvironmentMap } from './environment-map.ts'
import { decodeEnvironment, requireName } from './input.ts'

const KEY = 'the key'
const ENVIRONMENT = 'the environment'

/** @param environment undefined: every secret */
export function list(environment: unknown): UseCase<Secret[]> {
  return (call) => {
    const name = decodeEnvironment(environment, ENVIRONMENT)
    return listSecrets(call, environment === undefined ? undefined : (name ?? null))
  }
}

/** @param otherwise what stands for a secret that isn't there */
export function get<Default>(
  key: unknown,
  environment: unknown,
  otherwise: Default,
): UseCase<string | Default> {
  return function* (call) {
    const secret = yield* findSecret(call, requireName(key, KEY), decodeEnvironment(environment, ENVIRONMENT))
    return secret === undefined ? otherwise : secret.value
  }
}

/** The whole secret, by the rule of {@link get}. */
export function retrieve(key: unknown, environment: unknown): UseCase<Secret> {
  return function* (call) {
    const [text, name] = [requireName(key, KEY), decodeEnvironment(environment, ENVIRONMENT)]
    const secret = yield* findSecret(call, text, name)
    if (secret !== undefined) return secret
    throw missingSecret(text, name === undefined ? 'ALL' : `${JSON.stringify(name)} or ALL`)
  }
}

/** The value, by the rule of {@link get}. */
export function getRequired(key: unknown, environment: unknown): UseCase<string> {
  return function* (call) {
    return (yield* retrieve(key, environment)(call)).value
  }
}

export const listEnvironments: UseCase<Environment[]> = environments.listEnvironments

/** @returns a use case that gives undefined when there is none of that name */
export function getEnvironment(name: unknown): UseCase<Environment | undefined> {
  return (call) => environments.findEnvironment(call, requireName(name, 'the name'))
}

/** @param environment undefined: the configured one */
export function environment(environment: unknown): UseCase<Record<string, string>> {
  return function* (call) {
    const secrets = yield* readLayersOf(call, environment)
    const { values, warnings } = createEnvironmentMap(secrets, call.config, process.env, process.platform)
    for (const warning of warnings) call.warnOnce(warning)
    return values
  }
}

/** @param environment undefined: the configured one */
export function exportText(format: ExportFormat, environment: unknown): UseCase<string> {
  return function* (call) {
    const secrets = yield* readLayersOf(call, environment)
    const { policy, dotenv } = call.config
    const values = selectSecrets(secrets, policy, process.platform)
    checkRequired({ ...Object.fromEntries(dotenv), ...process.env }, values, [], policy, process.platform)
    const dangerous = describeDangerous(values.keys(), policy, process.platform)
    for (const warning of secrets.warnings) call.warnOnce(warning)
    if (dangerous !== undefined) call.warnOnce(dangerous)
    return formatEnvironment(format, values)
  }
}

function readLayersOf(call: Call, environment: unknown): Asking<OpenedSecrets> {
  const name =
    environment === undefined ? call.config.environment : decodeEnvironment(environment, ENVIRONMENT)
  return readLayers(call, name)
}
