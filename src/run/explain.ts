/** `--explain`: where every name comes from, and where the settings do. Never a value. product: section 3 */
import type { Config, Origin } from '../config/config.ts'
import { describeOrigin } from '../config/origin.ts'
import { CREDENTIAL_VARIABLES } from '../config/variables.ts'
import { type LayerName, REASONS, type ReportRow } from '../environment/report.ts'
import { oneLine } from '../logger.ts'

/** What `--explain --json` prints. Fields are added, never changed or left out. */
export interface Explanation {
  /** Null: ALL. */
  readonly environment: string | null
  readonly apiBase: string
  /** The settings that somebody has set, by their keys in `locker.json`, and where. */
  readonly settings: Readonly<Record<string, SettingOrigin>>
  /** Sorted by name. */
  readonly variables: readonly VariableOrigin[]
}

/** Where a setting came from: a flag's, variable's or key's name, and the file that it stands in, or null. */
export interface SettingOrigin {
  readonly source: Origin['source']
  readonly name: string
  readonly file: string | null
}

/** What became of a name. */
export interface VariableOrigin {
  readonly name: string
  /** The secret's key, where a secret took part. */
  readonly key: string | null
  /** `process`: the variable was set already. */
  readonly source: LayerName
  /** What doesn't count because of it, highest first. */
  readonly hid: readonly LayerName[]
  /** Why the name is not set. */
  readonly leftOut: ReportRow['leftOut'] | null
}

/**
 * @param report of the merge
 */
export function explain(
  { environment, connection, origins }: Config,
  report: readonly ReportRow[],
): Explanation {
  const set = [...origins].filter(([, { source }]) => source !== 'default')
  const variables = report.map(({ name, key, source, hid, leftOut }) => {
    return { name, key: key ?? null, source, hid, leftOut: leftOut ?? null }
  })
  return {
    environment: environment ?? null,
    apiBase: connection.apiBase,
    settings: Object.fromEntries(
      set.map(([key, { source, name, file }]) => [key, { source, name, file: file ?? null }]),
    ),
    variables: variables.sort((one, other) => (one.name < other.name ? -1 : 1)),
  }
}
