/** A dotenv file to secrets of one environment. product: section 4, `import` */
import { resolve } from 'node:path'
import { loadDotenvFiles } from '../config/dotenv-files.ts'
import { fromErrorRecord, LockerError, toErrorRecord } from '../errors.ts'
import { findWorkingDirectory } from '../surroundings.ts'
import { listSecrets } from '../vault/read-secrets.ts'
import type { Secret } from '../vault/secret.ts'
import { createSecret, modifySecret } from '../vault/write-secrets.ts'
import type { Caller, UseCase } from './caller.ts'
import { decodeEnvironment, decodeFields, optionalBoolean, requireName } from './input.ts'
import type { CallOptions } from './options.ts'

/** What an import did, or with `dryRun` would do: keys, never values. */
export interface ImportReport {
  /** Keys that the environment itself didn't have. */
  readonly created: readonly string[]
  /** Keys whose values were others. */
  readonly updated: readonly string[]
  /** Keys whose values were the same: nothing was sent. */
  readonly unchanged: readonly string[]
  /** `LOCKER_…` of the file, which configure lockerpm and are no secrets. */
  readonly skipped: readonly string[]
}

/** What {@link Locker.import} takes. */
export interface ImportOptions {
  /** Where the secrets are to be. Left out, null, '' or `ALL`: ALL. It must exist. */
  readonly env?: string | null | undefined
  /** Find out what would be done, and do nothing. Default: false */
  readonly dryRun?: boolean | undefined
}

/**
 * @param given see {@link ImportOptions}
 * @param options of each call that this makes
 * @throws LockerError of whatever class the service's refusal has, telling how far the import came
 */
export async function importFile(
  caller: Caller,
  file: unknown,
  given: unknown,
  options: CallOptions | undefined,
): Promise<ImportReport> {
  const fields = decodeFields(given, "the import's options", ['env', 'dryRun'])
  const environment = decodeEnvironment(fields['env'], 'env')
  const isDryRun = optionalBoolean(fields['dryRun'], 'dryRun')
  const path = resolve(findWorkingDirectory(), requireName(file, 'the file'))
  const { variables: entries, settings } = loadDotenvFiles([path], true, (name) => name)
  const secrets = await caller.read({ ...options, restTime: 0 }, (call) =>
    listSecrets(call, environment ?? null),
  )
  const report = { ...compare(entries, secrets), skipped: [...settings.keys()] }
  if (!isDryRun) await writeEntries(caller, entries, environment, report, options)
  return report
}

function compare(
  entries: ReadonlyMap<string, string>,
  secrets: readonly Secret[],
): Omit<ImportReport, 'skipped'> {
  const values = new Map(secrets.map(({ key, value }) => [key, value]))
  const keys = [...entries.keys()]
  return {
    created: keys.filter((key) => !values.has(key)),
    updated: keys.filter((key) => values.has(key) && values.get(key) !== entries.get(key)),
    unchanged: keys.filter((key) => values.get(key) === entries.get(key)),
  }
}

async function writeEntries(
  caller: Caller,
  entries: ReadonlyMap<string, string>,
  environment: string | undefined,
  { created, updated }: ImportReport,
  options: CallOptions | undefined,
): Promise<void> {
  const keys = [...created, ...updated]
  for (const [index, key] of keys.entries()) {
    const edit = { value: entries.get(key) ?? '', description: undefined, environment }
    const isNew = index < created.length
    const useCase: UseCase<Secret> = (call) =>
      isNew ? createSecret(call, { key, ...edit }) : modifySecret(call, key, environment, edit)
    await caller.write(options, useCase).catch((error: unknown) => {
      throw explain(
        error,
        `the import stopped at ${JSON.stringify(key)}, after ${index} of ${keys.length} writes`,
      )
    })
  }
}

function explain(error: unknown, progress: string): unknown {
  if (!(error instanceof LockerError)) return error
  const record = toErrorRecord(error)
  return fromErrorRecord({ ...record, message: `${progress}: ${record.message}` })
}
