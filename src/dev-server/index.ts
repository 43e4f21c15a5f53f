/**
 * A local Locker Secrets server, from code.
 *
 * @module lockerpm/dev-server
 */

// product: section 5
export type { AccessKeyOptions, Credential } from './access-keys.ts'
export type { DevProject } from './dev-project.ts'
export type { RequestEntry } from './listener.ts'
export type { DevServer, DevServerOptions } from './options.ts'
export type { RateLimit } from './rate-limit.ts'
export type {
  AccessKeyRecord,
  EnvironmentRecord,
  ProfileRecord,
  ProjectState,
  SecretRecord,
} from './records.ts'
export type { EnvironmentSeed, SecretSeed, Seed } from './seed.ts'
export { startDevServer } from './server.ts'
