/** What a server is started with, and what it is then. */
import type { DevProject } from './dev-project.ts'
import type { RequestEntry } from './listener.ts'
import type { RateLimit } from './rate-limit.ts'
import type { ProjectState } from './records.ts'
import type { Seed } from './seed.ts'

/** Options of `startDevServer`. */
export interface DevServerOptions {
  /** Address to listen on, default `127.0.0.1`. */
  readonly host?: string
  /** 0, the default: a free one. */
  readonly port?: number
  /** Default false. True: a certificate of its own authority. */
  readonly https?: boolean
  /** For the first project, in this order, later ones win: seeds, or what `--seed` takes. */
  readonly seeds?: readonly (Seed | string)[]
  /** Projects as the service would keep them; default: an empty one. */
  readonly projects?: readonly ProjectState[]
  /** Keeps everything in this file, and starts from it if it is there; it then hides `projects`. */
  readonly dataFile?: string
  /** Gets a line for each request. */
  readonly logFile?: string
  /** The text of `--fault`. */
  readonly faults?: string
  /** Largest page, from 1; default 2000. */
  readonly maxPageSize?: number
  /** Default: none. */
  readonly rateLimit?: RateLimit
  /** Awaited before each answer is made: to hold it back, or to change something meanwhile. */
  readonly onRequest?: (request: RequestEntry) => void | Promise<void>
  /** The clock, Unix milliseconds; default: the system's. */
  readonly nowMs?: () => number
}

/** A running server. */
export interface DevServer {
  /** `http://127.0.0.1:PORT`; paths such as `/v1/profile` follow it. */
  readonly apiBase: string
  /** The first access key of the first project. */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** PEM file of the authority; undefined without https. */
  readonly caFile: string | undefined
  /** The first project. */
  readonly project: DevProject
  /** The requests so far, oldest first, at least the latest 10,000. */
  readonly requests: readonly RequestEntry[]
  /** @returns a further, empty project with an access key of its own */
  addProject(): DevProject
  /**
   * Replaces all faults; counting starts anew.
   *
   * @param spec the text of `--fault`; empty: none
   * @throws LockerError `locker_error` that names the clause
   */
  setFaults(spec: string): void
  /** Replaces the rate limit; undefined: none. */
  setRateLimit(limit: RateLimit | undefined): void
  /** Ends every connection, saves, and removes what was only for this run. */
  close(): Promise<void>
}
