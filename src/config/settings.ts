/**
 * THE table of settings. Flags, options, variables, `locker.json`, the README's table and `--help` are all made
 * from it. product: section 1, Configuration
 */
import {
  ACCESS_KEY_ID,
  API_BASE,
  BOOLEAN,
  choice,
  ENVIRONMENT,
  FILE,
  FILES_OR_FALSE,
  FOLDER_OR_FALSE,
  GLOBS,
  HEADERS,
  integer,
  LOG_LEVEL,
  NAMES,
  OVERRIDE,
  PREFIX,
  SECRET_ACCESS_KEY,
} from './kinds.ts'
import type { Setting, Source } from './setting.ts'

const VARIABLES: readonly Source[] = ['environment', '.env']
const CODE: readonly Source[] = ['option', ...VARIABLES]
const FLAGS: readonly Source[] = ['flag', ...VARIABLES]
const TRUSTED: readonly Source[] = ['flag', ...CODE]
const ALL_BUT_DOTENV: readonly Source[] = ['flag', 'option', 'environment', 'locker.json']
const EVERYWHERE: readonly Source[] = [...TRUSTED, 'locker.json']

const TIMEOUT_MS = integer('MS', 'milliseconds', 1, 600_000)
const SECONDS = integer('SECONDS', 'seconds', 0, 999_999_999)
const TRANSFORM = choice('none', 'upper-snake')
const ON_ERROR = choice('exit', 'warn')

/** Every setting, in the order of the documentation. */
export const SETTINGS = [
  row(
    { key: 'accessKeyId', variable: 'LOCKER_ACCESS_KEY_ID' },
    { kind: ACCESS_KEY_ID, group: 'Access', sources: CODE },
    "the access key's id",
  ),
  row(
    { key: 'secretAccessKey', variable: 'LOCKER_SECRET_ACCESS_KEY' },
    { kind: SECRET_ACCESS_KEY, group: 'Access', sources: CODE },
    "the access key's secret half",
  ),
  row(
    { key: 'accessKeySecret', variable: 'LOCKER_ACCESS_KEY_SECRET' },
    { kind: SECRET_ACCESS_KEY, group: 'Access', sources: CODE },
    'the same, in its other spelling',
  ),
  row(
    { key: 'environment', variable: 'LOCKER_ENVIRONMENT', flag: 'environment', short: 'e' },
    { kind: ENVIRONMENT, group: 'Secrets', sources: EVERYWHERE, defaultText: 'ALL' },
    'the environment to load; ALL: only the secrets of ALL',
  ),
  row(
    { key: 'include', variable: 'LOCKER_INCLUDE', flag: 'include' },
    { kind: GLOBS, group: 'Secrets', sources: EVERYWHERE },
    'only secrets whose keys match (* any text, ? one character)',
  ),
  row(
    { key: 'exclude', variable: 'LOCKER_EXCLUDE', flag: 'exclude' },
    { kind: GLOBS, group: 'Secrets', sources: EVERYWHERE },
    'no secrets whose keys match',
  ),
  row(
    { key: 'required', variable: 'LOCKER_REQUIRED', flag: 'required' },
    { kind: NAMES, group: 'Secrets', sources: EVERYWHERE },
    'names that must be set and not empty in the end',
  ),
  row(
    { key: 'override', variable: 'LOCKER_OVERRIDE', flag: 'override' },
    { kind: OVERRIDE, group: 'Merging', sources: EVERYWHERE, defaultText: 'false' },
    'secrets replace variables that are set: all, or these',
  ),
  row(
    { key: 'prefix', variable: 'LOCKER_PREFIX', flag: 'prefix' },
    { kind: PREFIX, group: 'Merging', sources: EVERYWHERE },
    "put before every secret's name",
  ),
  row(
    { key: 'transform', variable: 'LOCKER_TRANSFORM', flag: 'transform' },
    { kind: TRANSFORM, group: 'Merging', sources: EVERYWHERE, defaultText: 'none' },
    'upper-snake: db.password and dbPassword become DB_PASSWORD',
  ),
  row(
    { key: 'allow', variable: 'LOCKER_ALLOW', flag: 'allow' },
    { kind: NAMES, group: 'Merging', sources: TRUSTED },
    'dangerous names that may be injected after all',
  ),
  row(
    { key: 'dotenv', variable: 'LOCKER_DOTENV', flag: 'dotenv' },
    { kind: FILES_OR_FALSE, group: 'Merging', sources: ALL_BUT_DOTENV, defaultText: '.env' },
    'files to read (the first wins), or false',
  ),
  row(
    { key: 'apiBase', variable: 'LOCKER_API_BASE', flag: 'api-base' },
    {
      kind: API_BASE,
      group: 'Service',
      sources: TRUSTED,
      defaultText: 'https://api.locker.io/locker_secrets',
    },
    'where the service is',
  ),
  row(
    { key: 'headers', variable: 'LOCKER_HEADERS' },
    { kind: HEADERS, group: 'Service', sources: CODE },
    'extra headers: Name: value, Name2: value2',
  ),
  row(
    { key: 'caFile', variable: 'LOCKER_CA_FILE', flag: 'ca-file' },
    { kind: FILE, group: 'Service', sources: TRUSTED },
    'PEM of further certificate authorities',
  ),
  row(
    { key: 'unsafe', variable: 'LOCKER_UNSAFE', flag: 'unsafe' },
    { kind: BOOLEAN, group: 'Service', sources: TRUSTED, defaultText: 'false' },
    'accept a self-signed certificate',
  ),
  row(
    { key: 'timeoutMs', variable: 'LOCKER_TIMEOUT_MS', flag: 'timeout-ms' },
    { kind: TIMEOUT_MS, group: 'Service', sources: EVERYWHERE, defaultText: '10000' },
    'milliseconds for the whole load, retries included',
  ),
  row(
    { key: 'cache', variable: 'LOCKER_CACHE', flag: 'cache' },
    { kind: FOLDER_OR_FALSE, group: 'Cache', sources: EVERYWHERE, defaultText: '~/.locker/lockerpm' },
    'the folder of the cache, or false',
  ),
  row(
    { key: 'restTime', variable: 'LOCKER_REST_TIME', flag: 'rest-time' },
    { kind: SECONDS, group: 'Cache', sources: EVERYWHERE, defaultText: '0; 120 in the SDK' },
    'seconds to use the cache without asking the service',
  ),
  row(
    { key: 'maxStale', variable: 'LOCKER_MAX_STALE', flag: 'max-stale' },
    { kind: SECONDS, group: 'Cache', sources: EVERYWHERE, defaultText: '86400' },
    'seconds that the cache may stand in during an outage',
  ),
  row(
    { key: 'fetch', variable: 'LOCKER_FETCH', flag: 'fetch' },
    { kind: BOOLEAN, group: 'Cache', sources: EVERYWHERE, defaultText: 'false' },
    'never use the cache',
  ),
  row(
    { key: 'snapshot', variable: 'LOCKER_SNAPSHOT', flag: 'snapshot' },
    { kind: FILE, group: 'Cache', sources: EVERYWHERE },
    'a sealed snapshot to use instead of the service',
  ),
  row(
    { key: 'onError', variable: 'LOCKER_ON_ERROR', flag: 'on-error' },
    { kind: ON_ERROR, group: 'Behaviour', sources: FLAGS, defaultText: 'exit' },
    'warn: start the program all the same, with nothing merged',
  ),
  row(
    { key: 'logLevel', variable: 'LOCKER_LOG_LEVEL', flag: 'log-level' },
    { kind: LOG_LEVEL, group: 'Behaviour', sources: EVERYWHERE, defaultText: '1' },
    '0 none, 1 error, 2 debug; all to stderr',
  ),
  row(
    { key: 'keepCredentials', variable: 'LOCKER_KEEP_CREDENTIALS', flag: 'keep-credentials' },
    { kind: BOOLEAN, group: 'Behaviour', sources: EVERYWHERE, defaultText: 'true; false in locker-run' },
    'whether the program sees the access key and headers',
  ),
  row(
    { key: 'disable', variable: 'LOCKER_DISABLE' },
    { kind: BOOLEAN, group: 'Behaviour', sources: VARIABLES, defaultText: 'false' },
    'do nothing at all',
  ),
] as const

/** The key of any setting. */
export type SettingKey = (typeof SETTINGS)[number]['key']

/** What a setting holds once it is read. */
export type SettingValue<Key extends SettingKey> =
  Extract<(typeof SETTINGS)[number], { key: Key }> extends Setting<Key, infer Value> ? Value : never

/** @returns the row of a setting */
export function settingOf<Key extends SettingKey>(key: Key): Setting<Key, SettingValue<Key>> {
  // There is a row for every key, but the type of `find` can't say which.
  return SETTINGS.find((setting) => setting.key === key) as unknown as Setting<Key, SettingValue<Key>>
}

/** @returns the keys of all settings that a source may set */
export function listKeys(source: Source): SettingKey[] {
  return SETTINGS.filter(({ sources }: Setting) => sources.includes(source)).map(({ key }) => key)
}

function row<const Key extends string, Value>(
  names: Pick<Setting<Key, Value>, 'key' | 'variable' | 'flag' | 'short'>,
  facts: Pick<Setting<Key, Value>, 'kind' | 'group' | 'sources' | 'defaultText'>,
  doc: string,
): Setting<Key, Value> {
  return { ...names, ...facts, doc }
}
