/** Every source of settings, by precedence, to one checked Config. product: section 1, Configuration */
import { join, resolve } from 'node:path'
import { LockerError } from '../errors.ts'
import { LogLevel, oneLine } from '../logger.ts'
import { findAccessKey, type KeySearch } from './access-key.ts'
import type { Config, Connection, MergePolicy, Origin, Proxies, Witness } from './config.ts'
import type { AccessKey } from './credentials.ts'
import { type DotenvFiles, loadDotenvFiles } from './dotenv-files.ts'
import { Problem } from './kind.ts'
import { BOOLEAN } from './kinds.ts'
import {
  dotenvLayer,
  environmentLayer,
  findValue,
  flagLayer,
  type Layer,
  lockerJsonLayer,
  optionLayer,
} from './layers.ts'
import { loadLockerJson } from './locker-json.ts'
import { suggest } from './nearest.ts'
import { badValue, describeOrigin, nameSetting } from './origin.ts'
import { resolveProxies } from './proxies.ts'
import { listKeys, type SettingKey, type SettingValue, settingOf } from './settings.ts'
import { collectSettings, type Environment, type FoldName, nameFolder, warnMisspelt } from './variables.ts'

/** Everything from outside that decides. */
export interface Sources {
  /** From locker-run's command line: setting key to text. */
  readonly flags?: ReadonlyMap<string, string>
  /** From code, by setting key; undefined counts as left out. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly env: Environment
  /** Absolute. */
  readonly cwd: string
  /** Absolute; undefined: there is no credential file, and no cache unless one is named. */
  readonly home: string | undefined
  readonly platform: NodeJS.Platform
  /** The default in seconds: 0 for register and locker-run, 120 for the SDK. */
  readonly restTimeSeconds: number
  /** The default. */
  readonly keepCredentials: boolean
}

const DEFAULT_API_BASE = 'https://api.locker.io/locker_secrets'
const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Costs next to nothing, for a start that has nothing to do.
 *
 * @returns whether `LOCKER_DISABLE` is true
 * @throws LockerError when it is no boolean
 */
export function isDisabled(env: Environment): boolean {
  const text = env['LOCKER_DISABLE'] ?? ''
  const value = text === '' ? false : BOOLEAN.parse(text, '')
  if (value instanceof Problem) throw badValue({ source: 'environment', name: 'LOCKER_DISABLE' }, value)
  return value
}

/**
 * @returns the configuration, frozen. Only a credential that is missing or can't be read is no error yet: see
 *   {@link requireAccessKey}.
 * @throws LockerError when a value is bad, contradicts another, or comes from where it must not
 */
export function resolveConfig(sources: Sources): Config {
  const { env, home } = sources
  const { variables, dotenv, layers, witnesses } = collectLayers(sources)
  const origins = new Map<SettingKey, Origin>()
  const pick = createPick(layers, origins)
  const key = findAccessKey(layers, listPlaces(sources, dotenv), home)
  recordKeyOrigins(key, origins)
  const cache = pick('cache') ?? (home === undefined ? false : join(home, '.locker', 'lockerpm'))
  const environment = pick('environment')
  return Object.freeze({
    accessKey: key.accessKey,
    credentialsHint: key.hint,
    connection: resolveConnection(pick, resolveProxies(env, sources.platform)),
    environment: environment === '' || environment === 'ALL' ? undefined : environment,
    policy: resolvePolicy(pick, origins),
    dotenv: dotenv.variables,
    cacheFolder: cache === false ? undefined : cache,
    restTimeSeconds: pick('restTime') ?? sources.restTimeSeconds,
    maxStaleSeconds: pick('maxStale'),
    fetch: pick('fetch') ?? false,
    snapshotFile: pick('snapshot'),
    onError: pick('onError') ?? 'exit',
    logLevel: pick('logLevel') ?? LogLevel.ERROR,
    keepCredentials: pick('keepCredentials') ?? sources.keepCredentials,
    disable: pick('disable') ?? false,
    warnings: collectWarnings(variables, dotenv, pick('unsafe') ? origins.get('unsafe') : undefined),
    origins,
    witnesses,
  })
}

/**
 * @returns the access key
 * @throws LockerError that says where one was looked for, when there is none or it can't be read
 */
export function requireAccessKey(config: Config): AccessKey {
  if (config.accessKey === undefined) throw new LockerError(config.credentialsHint)
  return config.accessKey
}

/** All layers, highest first. The `.env` files come last to be known, since every other one may name them. */
function collectLayers({ flags = new Map(), options = {}, env, cwd, platform }: Sources): {
  readonly variables: ReadonlyMap<string, string>
  readonly dotenv: DotenvFiles
  readonly layers: readonly Layer[]
  readonly witnesses: readonly Witness[]
} {
  checkOptions(options)
  const foldName = nameFolder(platform)
  const variables = collectSettings(env, foldName)
  const upper = [flagLayer(flags, cwd), optionLayer(options, cwd), environmentLayer(variables, cwd)]
  const { lockerJson, witnesses } = loadLockerJson(cwd)
  const lower = lockerJson === undefined ? [] : [lockerJsonLayer(lockerJson)]
  const dotenv = loadDotenv([...upper, ...lower], cwd, foldName)
  return {
    variables,
    dotenv,
    layers: [...upper, dotenvLayer(dotenv.settings, cwd), ...lower],
    witnesses: [...witnesses, ...dotenv.witnesses],
  }
}

/** Reads one setting through all layers, and notes where it came from. */
type Pick = <Key extends SettingKey>(key: Key) => SettingValue<Key> | undefined

function createPick(layers: readonly Layer[], origins: Map<SettingKey, Origin>): Pick {
  return (key) => {
    const setting = settingOf(key)
    const found = findValue(layers, setting)
    origins.set(key, found?.origin ?? { source: 'default', name: setting.variable })
    return found?.value
  }
}

function checkOptions(options: Readonly<Record<string, unknown>>): void {
  const known = listKeys('option')
  const unknown = Object.keys(options).find((option) => !known.some((key) => key === option))
  if (unknown === undefined) return
  throw new LockerError(oneLine(`the option ${unknown} is not known${suggest(unknown, known)}`))
}

/**
 * A missing file is an error only where somebody named it for this very start: `locker.json` travels with the code
 * to machines that have no `.env`.
 */
function loadDotenv(layers: readonly Layer[], cwd: string, foldName: FoldName): DotenvFiles {
  const choice = findValue(layers, settingOf('dotenv'))
  const files = choice?.value ?? [resolve(cwd, '.env')]
  const mustExist = choice !== undefined && choice.origin.source !== 'locker.json'
  return loadDotenvFiles(files === false ? [] : files, mustExist, foldName, choice?.origin)
}

function listPlaces({ options }: Sources, { files }: DotenvFiles): string[] {
  return [...(options === undefined ? [] : ['the options']), 'the environment', ...files]
}

function recordKeyOrigins({ id, secret }: KeySearch, origins: Map<SettingKey, Origin>): void {
  if (id !== undefined) origins.set('accessKeyId', id.origin)
  if (secret !== undefined) origins.set('secretAccessKey', secret.origin)
}

function resolveConnection(pick: Pick, proxies: Proxies): Connection {
  return Object.freeze({
    apiBase: pick('apiBase') ?? DEFAULT_API_BASE,
    headers: pick('headers') ?? {},
    caFile: pick('caFile'),
    unsafe: pick('unsafe') ?? false,
    timeoutMs: pick('timeoutMs') ?? DEFAULT_TIMEOUT_MS,
    proxies,
  })
}

function resolvePolicy(pick: Pick, origins: ReadonlyMap<SettingKey, Origin>): MergePolicy {
  const required = pick('required') ?? []
  return Object.freeze({
    override: pick('override') ?? false,
    include: pick('include') ?? [],
    exclude: pick('exclude') ?? [],
    prefix: pick('prefix') ?? '',
    transform: pick('transform') ?? 'none',
    required,
    ...(required.length > 0 && { requiredBy: nameSetting({ origins }, 'required') }),
    allow: pick('allow') ?? [],
  })
}

function collectWarnings(
  variables: ReadonlyMap<string, string>,
  { settings }: DotenvFiles,
  unsafe: Origin | undefined,
): readonly string[] {
  const warnings = warnMisspelt(new Set([...variables.keys(), ...settings.keys()]))
  const late = settings.get('LOCKER_DOTENV')
  if (late !== undefined) {
    warnings.push(oneLine(`LOCKER_DOTENV in ${late.file} has no effect: set it outside of .env files`))
  }
  if (unsafe !== undefined) {
    const what = 'any certificate is accepted, so whoever is in between can pose as the service'
    warnings.push(`${describeOrigin(unsafe)} is true: ${what}`)
  }
  return warnings
}
