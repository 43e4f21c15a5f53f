/** The SDK: async methods and their blocking twins, no logic of its own. product: section 4 */
import { Caller } from './locker/caller.ts'
import { type ExportOptions, type ExportTarget, readExportTarget, writeExport } from './locker/export-file.ts'
import { type ImportOptions, type ImportReport, importFile } from './locker/import-file.ts'
import type { CallOptions, LockerOptions, SyncCallOptions } from './locker/options.ts'
import * as reads from './locker/reads.ts'
import type { EnvironmentChange, NewEnvironment, NewSecret, SecretChange } from './locker/writes.ts'
import * as writes from './locker/writes.ts'
import type { Environment } from './vault/environment.ts'
import type { Secret } from './vault/secret.ts'

/**
 * One access key's project.
 *
 * Wherever an environment is asked for, null, undefined, an empty text and `ALL` stand for ALL: the secrets that belong
 * to no environment. What was read is used again for `restTime` seconds, or until this Locker writes something.
 *
 * Whatever a method throws, or its promise rejects with, is a {@link LockerError}: `unauthorized`, `permission_denied`,
 * `rate_limit`, `server_error` and `http_error` for what the service and the network say, `cli_error` for what can't be
 * decrypted, `locker_error` for bad input. Only what a method adds to these stands beside it.
 */
export class Locker {
  readonly #caller: Caller

  /**
   * Asks nothing of the service yet.
   *
   * @param options what isn't given is taken from the environment, `.env`, `locker.json` and the credential file
   * @throws LockerError `locker_error` that names the bad option or variable, or says where an access key was looked for
   */
  constructor(options?: LockerOptions) {
    this.#caller = new Caller(options)
  }

  /**
   * The same as the constructor, for programs whose access key is not in their code.
   *
   * @throws LockerError as the constructor
   */
  static fromEnv(options?: LockerOptions): Locker {
    return new Locker(options)
  }

  /**
   * @param environment left out: every secret; null, '' or `ALL`: those of ALL; a name: that environment's own
   * @returns the secrets, in no particular order
   * @throws ResourceNotFoundError `not_found`: there is no such environment
   */
  list(environment?: string | null, options?: CallOptions): Promise<Secret[]> {
    return this.#caller.read(options, reads.list(environment))
  }

  /** {@link Locker.list}, blocking. */
  listSync(environment?: string | null, options?: SyncCallOptions): Secret[] {
    return this.#caller.readSync(options, reads.list(environment))
  }

  /**
   * @param environment whose secret; where it has none of that key, ALL's
   * @returns the value; undefined when neither has that key
   * @throws ResourceNotFoundError `not_found`: there is no such environment
   */
  get(key: string, environment?: string | null): Promise<string | undefined>
  /**
   * @param environment whose secret; where it has none of that key, ALL's
   * @param defaultValue stands for a secret that isn't there, and for nothing else: any failure is thrown
   * @returns the value, or the default when neither has that key
   * @throws ResourceNotFoundError `not_found`: there is no such environment
   */
  get<Default>(
    key: string,
    environment: string | null | undefined,
    defaultValue: Default,
    options?: CallOptions,
  ): Promise<string | Default>
  get(
    key: string,
    environment?: string | null,
    defaultValue?: unknown,
    options?: CallOptions,
  ): Promise<unknown> {
    return this.#caller.read(options, reads.get(key, environment, defaultValue))
  }

  /** {@link Locker.get}, blocking. */
  getSync(key: string, environment?: string | null): string | undefined
  getSync<Default>(
    key: string,
    environment: string | null | undefined,
    defaultValue: Default,
    options?: SyncCallOptions,
  ): string | Default
  getSync(
    key: string,
    environment?: string | null,
    defaultValue?: unknown,
    options?: SyncCallOptions,
  ): unknown {
    return this.#caller.readSync(options, reads.get(key, environment, defaultValue))
  }

  /**
   * @returns the value, by the rule of {@link Locker.get}
   * @throws ResourceNotFoundError `not_found`: there is no such secret or environment
   */
  getRequired(key: string, environment?: string | null, options?: CallOptions): Promise<string> {
    return this.#caller.read(options, reads.getRequired(key, environment))
  }

  /** {@link Locker.getRequired}, blocking. */
  getRequiredSync(key: string, environment?: string | null, options?: SyncCallOptions): string {
    return this.#caller.readSync(options, reads.getRequired(key, environment))
  }

  /**
   * @returns the whole secret, by the rule of {@link Locker.get}
   * @throws ResourceNotFoundError `not_found`: there is no such secret or environment
   */
  retrieve(key: string, environment?: string | null, options?: CallOptions): Promise<Secret> {
    return this.#caller.read(options, reads.retrieve(key, environment))
  }

  /** {@link Locker.retrieve}, blocking. */
  retrieveSync(key: string, environment?: string | null, options?: SyncCallOptions): Secret {
    return this.#caller.readSync(options, reads.retrieve(key, environment))
  }

  /**
   * Sent once, never tried again: after an `http_error` nobody can know whether it was carried out.
   *
   * @returns the new secret
   * @throws AlreadyExistsError `already_exists`: the environment has that key already. ResourceNotFoundError
   *   `not_found`: there is no such environment, and nothing was sent. PermissionDeniedError: the key may only read
   */
  create(secret: NewSecret, options?: CallOptions): Promise<Secret> {
    return this.#caller.write(options, writes.create(secret))
  }

  /**
   * Changes the environment's own secret, never ALL's in its stead. Sent once. A key can't change.
   *
   * @param change `environmentName` left out puts the secret into ALL: to keep it in its environment, name that
   * @returns the changed secret
   * @throws ResourceNotFoundError `not_found`: there is no such secret or environment, and nothing was sent.
   *   AlreadyExistsError `already_exists`: the environment that it is to be in has that key already
   */
  modify(
    key: string,
    environment: string | null | undefined,
    change: SecretChange,
    options?: CallOptions,
  ): Promise<Secret> {
    return this.#caller.write(options, writes.modify(key, environment, change))
  }

  /** @returns every environment of the project; ALL is none */
  listEnvironments(options?: CallOptions): Promise<Environment[]> {
    return this.#caller.read(options, reads.listEnvironments)
  }

  /** {@link Locker.listEnvironments}, blocking. */
  listEnvironmentsSync(options?: SyncCallOptions): Environment[] {
    return this.#caller.readSync(options, reads.listEnvironments)
  }

  /** @returns undefined: there is none of that name */
  getEnvironment(name: string, options?: CallOptions): Promise<Environment | undefined> {
    return this.#caller.read(options, reads.getEnvironment(name))
  }

  /** {@link Locker.getEnvironment}, blocking. */
  getEnvironmentSync(name: string, options?: SyncCallOptions): Environment | undefined {
    return this.#caller.readSync(options, reads.getEnvironment(name))
  }

  /**
   * Sent once.
   *
   * @returns the new environment
   * @throws AlreadyExistsError `already_exists`: there is one of that name
   */
  createEnvironment(environment: NewEnvironment, options?: CallOptions): Promise<Environment> {
    return this.#caller.write(options, writes.createEnvironment(environment))
  }

  /**
   * Sent once. A name can't change.
   *
   * @returns the changed environment
   * @throws ResourceNotFoundError `not_found`: there is none of that name, and nothing was sent
   */
  modifyEnvironment(name: string, change: EnvironmentChange, options?: CallOptions): Promise<Environment> {
    return this.#caller.write(options, writes.modifyEnvironment(name, change))
  }

  /**
   * What `lockerpm/register` would put into process.env if nothing else were in it: the secrets of ALL, overlaid by
   * those of the environment, after `include`, `exclude`, `transform` and `prefix`.
   *
   * @param environment left out: the Locker's own `environment`; null, '' or `ALL`: ALL
   * @returns name to value, an object without a prototype. Names that no variable can have are left out, and said once
   *   on stderr
   * @throws ResourceNotFoundError `not_found`: there is no such environment
   */
  environment(environment?: string | null, options?: CallOptions): Promise<Record<string, string>> {
    return this.#caller.read(options, reads.environment(environment))
  }

  /** {@link Locker.environment}, blocking. */
  environmentSync(environment?: string | null, options?: SyncCallOptions): Record<string, string> {
    return this.#caller.readSync(options, reads.environment(environment))
  }

  /**
   * Writes the secrets of ALL, overlaid by those of an environment, to a file that only its owner can read (0600). The
   * file is there as a whole, or as it was before.
   *
   * @throws LockerError `locker_error`: the format can't carry a name or value, or the file can't be written.
   *   ResourceNotFoundError `not_found`: there is no such environment
   */
  async export(target: ExportOptions, options?: CallOptions): Promise<void> {
    const { format, file, environment }: ExportTarget = readExportTarget(target)
    writeExport(file, await this.#caller.read(options, reads.exportText(format, environment)))
  }

  /**
   * Creates the secrets of a dotenv file in one environment, and updates those that have other values, one by one.
   * `timeoutMs` is for each of them.
   *
   * @param file its path
   * @returns what was done, or would be: keys, never values
   * @throws ResourceNotFoundError `not_found`: there is no such environment, and nothing was sent. Else an error that
   *   tells how far the import came
   */
  async import(file: string, target?: ImportOptions, options?: CallOptions): Promise<ImportReport> {
    return importFile(this.#caller, file, target, options)
  }

  /** Shows neither credentials nor headers. */
  toJSON(): { readonly apiBase: string } {
    return { apiBase: this.#caller.session.config.connection.apiBase }
  }

  /** Shows neither credentials nor headers. */
  toString(): string {
    return `Locker(${this.toJSON().apiBase})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
