/** What a Locker and its calls take. */
import type { LogLevel } from '../logger.ts'

/**
 * Settings from code. Each is optional: what is left out is taken from the environment (`LOCKER_…`), `.env`,
 * `locker.json` and `~/.locker/credential.json`, in this order. A bad value is an error that names the option.
 */
export interface LockerOptions {
  /** The access key's id: a UUID. `LOCKER_ACCESS_KEY_ID` */
  readonly accessKeyId?: string | undefined
  /** The access key's secret half: base64. It never leaves the process. `LOCKER_SECRET_ACCESS_KEY` */
  readonly secretAccessKey?: string | undefined
  /** The same in its other spelling. If both are given they must be equal. */
  readonly accessKeySecret?: string | undefined
  /** Where the service is. `https:`, or `http:` to a loopback address. Default: `https://api.locker.io/locker_secrets` */
  readonly apiBase?: string | undefined
  /** Extra headers: a record, or `Name: value, Name2: value2`. */
  readonly headers?: Readonly<Record<string, string>> | string | undefined
  /** A PEM file of further certificate authorities. */
  readonly caFile?: string | undefined
  /** Accept a self-signed certificate, and say so on stderr. Default: false */
  readonly unsafe?: boolean | undefined
  /** Milliseconds for a whole call, retries included: 1 to 600,000. Default: 10,000 */
  readonly timeoutMs?: number | undefined
  /** Seconds within which what was read is used without asking the service: 0 and up. Default: 120 */
  readonly restTime?: number | undefined
  /** Never use what was read before. Default: false */
  readonly fetch?: boolean | undefined
  /** The folder of the sealed cache, or false: nothing on disk. Default: `~/.locker/lockerpm` */
  readonly cache?: string | false | undefined
  /** Seconds for which what was read may stand in when the service can't be reached; 0: never. Default: 86,400 */
  readonly maxStale?: number | undefined
  /** A sealed snapshot to read instead of the service. */
  readonly snapshot?: string | undefined
  /** 0 nothing, 1 warnings, 2 requests and decisions as well; to stderr. Default: 1 */
  readonly logLevel?: LogLevel | 'none' | 'error' | 'debug' | undefined
  /** What {@link Locker.environment} and {@link Locker.export} read unless told otherwise. Default: ALL */
  readonly environment?: string | null | undefined
  /** For `environment` and `export`: only secrets whose keys match these globs. Default: all */
  readonly include?: string | readonly string[] | undefined
  /** For `environment` and `export`: no secrets whose keys match. Default: none */
  readonly exclude?: string | readonly string[] | undefined
  /** For `environment` and `export`: put before every name. Default: nothing */
  readonly prefix?: string | undefined
  /** For `environment` and `export`: `upper-snake` makes `db.password` into `DB_PASSWORD`. Default: `none` */
  readonly transform?: 'none' | 'upper-snake' | undefined
  /** For `environment` and `export`: names that must be set, there or in process.env. Default: none */
  readonly required?: string | readonly string[] | undefined
  /** For `environment` and `export`: dangerous names that may be in it after all. Default: none */
  readonly allow?: string | readonly string[] | undefined
  /** Files that may hold settings (`LOCKER_…`), or false. Default: `.env` */
  readonly dotenv?: string | readonly string[] | false | undefined
  /** For `lockerpm/register` and `locker-run`; a Locker sets no variables. */
  readonly override?: boolean | string | readonly string[] | undefined
  /** For `lockerpm/register` and `locker-run`; a Locker removes no variables. */
  readonly keepCredentials?: boolean | undefined
}

/** What one blocking call may do differently from its Locker. */
export interface SyncCallOptions {
  /** Never use what was read before. */
  readonly fetch?: boolean | undefined
  /** Seconds within which what was read is used without asking the service: 0 and up. */
  readonly restTime?: number | undefined
  /** Milliseconds for this call, retries included: 1 to 600,000. */
  readonly timeoutMs?: number | undefined
}

/** What one call may do differently from its Locker. */
export interface CallOptions extends SyncCallOptions {
  /** Cancels the call, which then rejects with the signal's reason. A write may have been carried out all the same. */
  readonly signal?: AbortSignal | undefined
}
