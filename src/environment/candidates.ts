/** Which secrets and `.env` definitions may become variables at all. product: section 1, Merge policy */
import type { MergePolicy } from '../config/config.ts'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import { judgeName } from './deny-list.ts'
import { foldName, isVariableName } from './names.ts'
import { type Layers, type OverlaidSecret, overlay } from './overlay.ts'

/**
 * Why a name is not set: `excluded` by include and exclude, no variable's name (`syntax`), on the deny list (`denied`),
 * ours (`reserved`), or its value holds a NUL (`nul`) or is not UTF-8 text (`encoding`).
 */
export type LeftOutReason = 'excluded' | 'syntax' | 'denied' | 'reserved' | 'nul' | 'encoding'

/** A definition of a final name. */
export interface Candidate {
  readonly name: string
  /** Of a secret. */
  readonly key?: string
  readonly source: 'ALL' | 'environment' | '.env'
  /** Whether it is an environment's secret that ALL has too. */
  readonly hidesAll: boolean
  readonly value: string
}

/** A definition that was left out. */
export interface LeftOut extends Omit<Candidate, 'value'> {
  readonly reason: LeftOutReason
}

/** By folded name: what may be set, and what may not. */
export interface Candidates {
  readonly secrets: ReadonlyMap<string, Candidate>
  readonly dotenv: ReadonlyMap<string, Candidate>
  readonly leftOut: readonly LeftOut[]
}

/** @throws LockerError when two keys come to one name */
export function collectCandidates(
  layers: Layers,
  policy: MergePolicy,
  platform: NodeJS.Platform,
): Candidates {
  const leftOut: LeftOut[] = []
  const [secrets, dotenv] = [new Map<string, Candidate>(), new Map<string, Candidate>()]
  const judge = createJudge(policy, platform)
  const meet = createMeeting(platform)
  for (const { isWanted, value, ...secret } of overlay(layers, policy)) {
    const nameReason = isWanted ? judge(secret.name) : 'excluded'
    if (nameReason === undefined) meet(secret)
    const reason = nameReason ?? judgeValue(value)
    if (reason !== undefined) leftOut.push({ ...secret, reason })
    else secrets.set(foldName(secret.name, platform), { ...secret, value: value ?? '' })
  }
  for (const [name, value] of layers.dotenv) {
    const definition = { name, source: '.env', hidesAll: false } as const
    const folded = foldName(name, platform)
    const reason = judge(name) ?? judgeValue(value)
    if (reason !== undefined) leftOut.push({ ...definition, reason })
    else if (!dotenv.has(folded)) dotenv.set(folded, { ...definition, value })
  }
  return { secrets, dotenv, leftOut }
}

/**
 * Only one of two keys could be set under their name, and it would be chance which.
 *
 * @returns to be called for each secret; throws LockerError when an earlier one has its name already
 */
export function createMeeting(
  platform: NodeJS.Platform,
): (secret: Pick<OverlaidSecret, 'key' | 'name'>) => void {
  const keys = new Map<string, string>()
  return ({ key, name }) => {
    const folded = foldName(name, platform)
    const other = keys.get(folded)
    if (other === undefined) keys.set(folded, key)
    else {
      const both = [key, other].sort().join(' and ')
      throw new LockerError(
        oneLine(`the secrets ${both} would both become the variable ${name}: rename one, or exclude it`),
      )
    }
  }
}

/** Syntax first, then the deny list, so that no odd name gets round it. */
function createJudge({ allow }: MergePolicy, platform: NodeJS.Platform) {
  const allowed = new Set(allow.map((name) => foldName(name, platform)))
  return (name: string): LeftOutReason | undefined => {
    if (!isVariableName(name)) return 'syntax'
    const verdict = judgeName(name)
    if (verdict === 'denied' && allowed.has(foldName(name, platform))) return undefined
    return verdict === 'passes' ? undefined : verdict
  }
}

function judgeValue(value: string | undefined): LeftOutReason | undefined {
  // A surrogate that stands alone has no UTF-8 form.
  if (value === undefined || !isWellFormed(value)) return 'encoding'
  return value.includes('\0') ? 'nul' : undefined
}

/** ES2024, which Node 20 has and our `lib` has not. */
function isWellFormed(text: string & { isWellFormed?(): boolean }): boolean {
  return text.isWellFormed?.() ?? false
}
