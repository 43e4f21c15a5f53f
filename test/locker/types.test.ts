import { describe, expect, expectTypeOf, it } from 'vitest'
import { listKeys, SETTINGS, type SettingKey } from '../../src/config/settings.ts'
import type {
  CallOptions,
  Environment,
  ErrorCode,
  ExportFormat,
  ImportReport,
  Locker,
  LockerError,
  LockerOptions,
  NewSecret,
  Secret,
  SecretChange,
  SyncCallOptions,
} from '../../src/index.ts'
import { buildSdk } from './sdk.ts'

const sdk = buildSdk()

/** Never called: tsc judges what is in it. */
declare const locker: Locker

describe('the public surface', () => {
  it('is these names', () => {
    expect(Object.keys(sdk().sdk).sort()).toEqual([
      'APIConnectionError',
      'APIServerError',
      'AlreadyExistsError',
      'AuthenticationError',
      'CliRunError',
      'Locker',
      'LockerError',
      'LogLevel',
      'PermissionDeniedError',
      'RateLimitError',
      'ResourceNotFoundError',
    ])
    expect(sdk().sdk.LogLevel).toEqual({ NONE: 0, ERROR: 1, DEBUG: 2 })
  })

  it('has an option for every setting that code may set', () => {
    expectTypeOf<keyof LockerOptions>().toEqualTypeOf<Exclude<SettingKey, 'onError' | 'disable'>>()
    expect(SETTINGS.length - listKeys('option').length).toBe(2)
  })

  it('takes variables that may be unset', () => {
    expectTypeOf<{ accessKeyId: string | undefined; apiBase: string | undefined }>().toExtend<LockerOptions>()
    expectTypeOf<{ value: string; key: string; environmentName: string | null }>().toExtend<NewSecret>()
    expectTypeOf<{ key: string }>().not.toExtend<NewSecret>()
    expectTypeOf<{ signal: AbortSignal }>().toExtend<CallOptions>()
    expectTypeOf<SyncCallOptions>().not.toHaveProperty('signal')
    expectTypeOf<SecretChange>().not.toHaveProperty('key')
  })

  it('reads as what there is', () => {
    expectTypeOf(() => locker.list('prod')).returns.resolves.toEqualTypeOf<Secret[]>()
    expectTypeOf(() => locker.listSync(null)).returns.toEqualTypeOf<Secret[]>()
    expectTypeOf(() => locker.get('A')).returns.resolves.toEqualTypeOf<string | undefined>()
    expectTypeOf(() => locker.get('A', 'prod')).returns.resolves.toEqualTypeOf<string | undefined>()
    expectTypeOf(() => locker.get('A', null, 'x')).returns.resolves.toEqualTypeOf<string>()
    expectTypeOf(() => locker.get('A', null, 1)).returns.resolves.toEqualTypeOf<string | number>()
    expectTypeOf(() => locker.get('A', null, undefined, { fetch: true })).returns.resolves.toEqualTypeOf<
      string | undefined
    >()
    expectTypeOf(() => locker.getSync('A')).returns.toEqualTypeOf<string | undefined>()
    expectTypeOf(() => locker.getSync('A', 'prod', 'x')).returns.toEqualTypeOf<string>()
    expectTypeOf(() => locker.getRequired('A')).returns.resolves.toEqualTypeOf<string>()
    expectTypeOf(() => locker.getRequiredSync('A')).returns.toEqualTypeOf<string>()
    expectTypeOf(() => locker.retrieve('A')).returns.resolves.toEqualTypeOf<Secret>()
    expectTypeOf(() => locker.retrieveSync('A')).returns.toEqualTypeOf<Secret>()
    expectTypeOf(() => locker.listEnvironments()).returns.resolves.toEqualTypeOf<Environment[]>()
    expectTypeOf(() => locker.listEnvironmentsSync()).returns.toEqualTypeOf<Environment[]>()
    expectTypeOf(() => locker.getEnvironment('p')).returns.resolves.toEqualTypeOf<Environment | undefined>()
    expectTypeOf(() => locker.getEnvironmentSync('p')).returns.toEqualTypeOf<Environment | undefined>()
    expectTypeOf(() => locker.environment()).returns.resolves.toEqualTypeOf<Record<string, string>>()
    expectTypeOf(() => locker.environmentSync()).returns.toEqualTypeOf<Record<string, string>>()
  })

  it('writes from, and to, what there is', () => {
    expectTypeOf<Locker['create']>().returns.resolves.toEqualTypeOf<Secret>()
    expectTypeOf<Locker['modify']>().returns.resolves.toEqualTypeOf<Secret>()
    expectTypeOf<Locker['createEnvironment']>().returns.resolves.toEqualTypeOf<Environment>()
    expectTypeOf<Locker['modifyEnvironment']>().returns.resolves.toEqualTypeOf<Environment>()
    expectTypeOf<Locker['export']>().returns.resolves.toEqualTypeOf<void>()
    expectTypeOf<Locker['import']>().returns.resolves.toEqualTypeOf<ImportReport>()
    expectTypeOf<Parameters<Locker['export']>[0]['format']>().toEqualTypeOf<ExportFormat>()
  })

  it('gives out secrets and environments that can not be changed', () => {
    expectTypeOf<Secret['value']>().toEqualTypeOf<string>()
    expectTypeOf<Secret['environmentName']>().toEqualTypeOf<string | null>()
    expectTypeOf<Secret['revisionDate']>().toEqualTypeOf<number | null>()
    expectTypeOf<Environment['externalUrl']>().toEqualTypeOf<string>()
    // @ts-expect-error: a field is read-only
    expectTypeOf((secret: Secret) => (secret.key = 'x')).toBeFunction()
  })

  it('has errors that all carry the same', () => {
    expectTypeOf<LockerError['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<LockerError['statusCode']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<LockerError['userMessage']>().toEqualTypeOf<string>()
    expectTypeOf<LockerError['retryAfterSeconds']>().toEqualTypeOf<number | undefined>()
  })
})
