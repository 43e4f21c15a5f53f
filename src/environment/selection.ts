/** The secrets under their final names, whatever `.env` and the environment say. product: section 3, `--export` */
import type { MergePolicy } from '../config/config.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { createMeeting } from './candidates.ts'
import { judgeName } from './deny-list.ts'
import { foldName } from './names.ts'
import { type Layers, overlay } from './overlay.ts'
import { listNames } from './report.ts'

/**
 * Only `include`, `exclude`, `transform` and `prefix` count: a name may be any text, since what becomes of it is up
 * to the reader.
 *
 * @returns final name to value, sorted by name, so that two exports of the same secrets are the same text
 * @throws LockerError when two keys come to one name, or a value is not UTF-8 text
 */
export function selectSecrets(
  layers: Omit<Layers, 'dotenv'>,
  policy: MergePolicy,
  platform: NodeJS.Platform,
): ReadonlyMap<string, string> {
  const meet = createMeeting(platform)
  const values = new Map<string, string>()
  for (const secret of overlay(layers, policy)) {
    if (!secret.isWanted) continue
    meet(secret)
    if (secret.value === undefined) {
      throw new LockerError(
        `the value of ${oneLine(secret.key)} is not UTF-8 text, so it can't be written: leave it out (--exclude)`,
      )
    }
    values.set(secret.name, secret.value)
  }
  return new Map([...values].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/**
 * @param names what {@link selectSecrets} gave
 * @returns a line about names that a start would never set, for people who make variables of them; undefined: none
 */
export function describeDangerous(
  names: Iterable<string>,
  { allow }: MergePolicy,
  platform: NodeJS.Platform,
): string | undefined {
  const fold = (name: string) => foldName(name, platform)
  const allowed = new Set(allow.map(fold))
  const dangerous = [...names].filter((name) => {
    const verdict = judgeName(name)
    return verdict === 'reserved' || (verdict === 'denied' && !allowed.has(fold(name)))
  })
  if (dangerous.length === 0) return undefined
  return `written as well, though as variables they could run code or redirect traffic: ${listNames(dangerous)}`
}
