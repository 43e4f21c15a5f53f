/** Variables that a program can't do without. product: section 1, `LOCKER_REQUIRED` */
import type { MergePolicy } from '../config/config.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { type Env, foldName, spellingsIn } from './names.ts'
import { REASONS, type ReportRow } from './report.ts'

/**
 * @param base the variables that are set
 * @param injected what is to be set over them
 * @param leftOut may say why one is missing
 * @param policy the final names, and what asks for them
 * @throws LockerError that names all that would be missing or empty
 */
export function checkRequired(
  base: Env,
  injected: ReadonlyMap<string, string>,
  leftOut: readonly ReportRow[],
  { required, requiredBy }: Pick<MergePolicy, 'required' | 'requiredBy'>,
  platform: NodeJS.Platform,
): void {
  if (required.length === 0) return
  const fold = (name: string) => foldName(name, platform)
  const spellingOf = spellingsIn(base, platform)
  const values = new Map([...injected].map(([name, value]) => [fold(name), value]))
  const isFilled = (name: string) => {
    const spelling = spellingOf(name)
    return Boolean(values.get(fold(name)) ?? (spelling === undefined ? '' : base[spelling]))
  }
  const missing = required.filter((name) => !isFilled(name))
  if (missing.length === 0) return
  const names = missing.map((name) => {
    const reason = leftOut.find((row) => fold(row.name) === fold(name))?.leftOut
    return reason === undefined ? name : `${name} (${REASONS[reason]})`
  })
  const source = requiredBy === undefined ? '' : `; asked for by ${requiredBy}`
  throw new LockerError(oneLine(`required variables are missing or empty: ${names.join(', ')}${source}`))
}
