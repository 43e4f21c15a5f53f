/**
 * The SDK: secrets from code.
 *
 * @module lockerpm
 */

// Nothing inside imports this file.
export type { ExportFormat } from './environment/format-names.ts'
export {
  AlreadyExistsError,
  APIConnectionError,
  APIServerError,
  AuthenticationError,
  CliRunError,
  type ErrorCode,
  type ErrorDetails,
  LockerError,
  PermissionDeniedError,
  RateLimitError,
  ResourceNotFoundError,
} from './errors.ts'
export type { ExportOptions } from './locker/export-file.ts'
export type { ImportOptions, ImportReport } from './locker/import-file.ts'
export type { CallOptions, LockerOptions, SyncCallOptions } from './locker/options.ts'
export type { EnvironmentChange, NewEnvironment, NewSecret, SecretChange } from './locker/writes.ts'
export { Locker } from './locker.ts'
export { LogLevel } from './logger.ts'
export type { Environment, EnvironmentFields } from './vault/environment.ts'
export type { Secret, SecretFields } from './vault/secret.ts'
