/** Secrets to a file that other tools read. product: section 4, `export` */
import { resolve } from 'node:path'
import { EXPORT_FORMATS, type ExportFormat } from '../environment/format-names.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { findWorkingDirectory } from '../surroundings.ts'
import { writeOutputFile } from '../vault/output-file.ts'
import { decodeFields, requireName } from './input.ts'

/** What {@link Locker.export} takes. */
export interface ExportOptions {
  readonly format: ExportFormat
  /** Replaced if it is there. Relative to the working directory. */
  readonly outputFile: string
  /** Left out: the Locker's `environment`; null, '' or `ALL`: ALL. */
  readonly env?: string | null | undefined
}

/** The same, checked. */
export interface ExportTarget {
  readonly format: ExportFormat
  /** Absolute. */
  readonly file: string
  readonly environment: unknown
}

/** @throws LockerError that names what is bad */
export function readExportTarget(given: unknown): ExportTarget {
  const fields = decodeFields(given, 'the export', ['format', 'outputFile', 'env'])
  const format = EXPORT_FORMATS.find((known) => known === fields['format'])
  if (format === undefined) throw new LockerError(`format must be one of ${EXPORT_FORMATS.join(', ')}`)
  const file = resolve(findWorkingDirectory(), requireName(fields['outputFile'], 'outputFile'))
  return { format, file, environment: fields['env'] }
}

/**
 * Whole or not at all, readable by nobody else.
 *
 * @throws LockerError when the file can't be written; what was there before is still whole
 */
export function writeExport(file: string, text: string): void {
  const reason = writeOutputFile(file, Buffer.from(text))
  if (reason !== undefined)
    throw new LockerError(oneLine(`the export can't be written to ${file} (${reason})`))
}
