/**
 * Secrets, `.env` and the variables that are set, to what is to be set over them. Pure, and expands nothing.
 * product: section 1, Merge policy
 */
import type { MergePolicy } from '../config/config.ts'
import { type Candidate, collectCandidates, type LeftOut } from './candidates.ts'
import { type Env, foldName, spellingsIn } from './names.ts'
import type { Layers } from './overlay.ts'
import { describeHidden, describeLeftOut, type LayerName, type ReportRow } from './report.ts'
import { checkRequired } from './required.ts'

/** What is to be set, and what became of every name. */
export interface Merged {
  /** Final name to value. */
  readonly injected: ReadonlyMap<string, string>
  /** A row for every name of a secret or a `.env`, and one for every definition that was left out. */
  readonly report: readonly ReportRow[]
  /** Lines for stderr. */
  readonly warnings: readonly string[]
}

/**
 * @param base the variables that are set
 * @param layers the secrets and `.env`
 * @param policy what is wanted
 * @param platform Windows compares names without case
 * @throws LockerError when two keys come to one name, or a required variable is missing or empty
 */
export function merge(base: Env, layers: Layers, policy: MergePolicy, platform: NodeJS.Platform): Merged {
  const { secrets, dotenv, leftOut } = collectCandidates(layers, policy, platform)
  const spellingOf = spellingsIn(base, platform)
  const overrides = createOverrides(policy, platform)
  const injected = new Map<string, string>()
  const report: ReportRow[] = []
  for (const folded of new Set([...secrets.keys(), ...dotenv.keys()])) {
    const [secret, definition] = [secrets.get(folded), dotenv.get(folded)]
    // A child's environment could hold both spellings of a variable: keep the one that is there.
    const spelling = spellingOf(folded)
    const name = spelling ?? secret?.name ?? definition?.name ?? folded
    const process = spelling === undefined ? undefined : PROCESS
    const ranks = overrides(folded) ? [secret, process, definition] : [process, definition, secret]
    const present = ranks.filter((rank) => rank !== undefined)
    const [winner] = present
    if (winner !== undefined && 'value' in winner) injected.set(name, winner.value)
    report.push(toRow(name, secret, present))
  }
  const rows = leftOut.map(toLeftOutRow)
  checkRequired(base, injected, rows, policy, platform)
  const warnings = [describeHidden(report), describeLeftOut(rows)].filter((line) => line !== undefined)
  return { injected, report: [...report, ...rows], warnings }
}

type Rank = Candidate | typeof PROCESS

const PROCESS = { source: 'process', hidesAll: false } as const

function createOverrides({ override }: MergePolicy, platform: NodeJS.Platform): (folded: string) => boolean {
  if (typeof override === 'boolean') return () => override
  const names = new Set(override.map((name) => foldName(name, platform)))
  return (folded) => names.has(folded)
}

function toRow(name: string, secret: Candidate | undefined, present: readonly Rank[]): ReportRow {
  const layers = present.flatMap(({ source, hidesAll }): LayerName[] =>
    hidesAll ? [source, 'ALL'] : [source],
  )
  const [source = 'process', ...hid] = layers
  return { name, ...(secret?.key === undefined ? {} : { key: secret.key }), source, hid }
}

function toLeftOutRow({ name, key, source, hidesAll, reason }: LeftOut): ReportRow {
  return {
    name,
    ...(key === undefined ? {} : { key }),
    source,
    hid: hidesAll ? ['ALL'] : [],
    leftOut: reason,
  }
}
