/** What a resolved configuration holds. `resolve.ts` makes it, from the table in `settings.ts`. */
import type { LogLevel } from '../logger.ts'
import type { AccessKey } from './credentials.ts'

/** Where a value came from. `name` is the flag, option, variable or key; `file` where there is one. */
export interface Origin {
  readonly source: 'flag' | 'option' | 'environment' | '.env' | 'locker.json' | 'credential file' | 'default'
  readonly name: string
  readonly file?: string
}

/** Proxies from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (lower case first, as curl reads them). */
export interface Proxies {
  readonly httpProxy?: string
  readonly httpsProxy?: string
  readonly noProxy?: string
}

/** How names and values are merged. product: section 1, Merge policy */
export interface MergePolicy {
  /** True: every secret replaces a variable that is set. A list: these final names do. */
  readonly override: boolean | readonly string[]
  /** Globs over secret keys. Empty `include`: all. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Put before every secret's name. */
  readonly prefix: string
  readonly transform: 'none' | 'upper-snake'
  /** Final names that must be set and not empty. */
  readonly required: readonly string[]
  /** Where those names come from, for errors: `LOCKER_REQUIRED`. */
  readonly requiredBy?: string
  /** Dangerous final names that may be injected after all. */
  readonly allow: readonly string[]
}

/** Where and how the service is spoken to. */
export interface Connection {
  /** No trailing slash. `https:`, or `http:` to loopback. */
  readonly apiBase: string
  readonly headers: Readonly<Record<string, string>>
  /** Absolute path of a PEM file. */
  readonly caFile: string | undefined
  readonly unsafe: boolean
  /** 1 to 600,000: the whole load, retries included. */
  readonly timeoutMs: number
  readonly proxies: Proxies
}

/** A file that decided something, if only by not being there: another start with the same finds decides the same. */
export interface Witness {
  /** Absolute. */
  readonly path: string
  /** Its text; false: there is none; true: it is there, and what is in it decided nothing. */
  readonly found: string | boolean
}

/** Everything that the three doors need, checked and frozen. */
export interface Config {
  /** Undefined when a half is missing or can't be read: {@link Config.credentialsHint} says why. */
  readonly accessKey: AccessKey | undefined
  /** One sentence: where the two halves came from, or else why there is no key and what to do about it. */
  readonly credentialsHint: string
  readonly connection: Connection
  /** Undefined: ALL. */
  readonly environment: string | undefined
  readonly policy: MergePolicy
  /** The parsed `.env` files without their `LOCKER_*`, first file first; first definition of a name wins. */
  readonly dotenv: ReadonlyMap<string, string>
  /** Absolute folder, or undefined: no cache. */
  readonly cacheFolder: string | undefined
  /** Seconds within which the cache is used without asking the server. */
  readonly restTimeSeconds: number
  /** Seconds a snapshot may stand in; undefined: not set (86400 for the cache, no limit for a sealed file). */
  readonly maxStaleSeconds: number | undefined
  /** True: never use the cache. */
  readonly fetch: boolean
  /** Absolute path of a sealed snapshot to use instead of the service. */
  readonly snapshotFile: string | undefined
  readonly onError: 'exit' | 'warn'
  readonly logLevel: LogLevel
  readonly keepCredentials: boolean
  readonly disable: boolean
  /** Lines for stderr: misspelt variables, `unsafe`. */
  readonly warnings: readonly string[]
  /** Where each setting came from, by its key in the settings table. */
  readonly origins: ReadonlyMap<string, Origin>
  /** Which files were looked for, and what was found. */
  readonly witnesses: readonly Witness[]
}
