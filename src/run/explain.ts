/** `--explain`: where every name comes from, and where the settings do. Never a value. product: section 3 */
import type { Config, Origin } from '../config/config.ts'
import { describeOrigin } from '../config/origin.ts'
import { type LayerName, REASONS, type ReportRow } from '../environment/report.ts'
import { oneLine } from '../logger.ts'

/** What `--explain --json` prints. Fields may be added; none is changed or left out. */
export interface Explanation {
  /** Null: ALL. */
  readonly environment: string | null
  readonly apiBase: string
  /** The settings that somebody has set, by their keys in the settings table, and where. */
  readonly settings: Readonly<Record<string, SettingOrigin>>
  /** Sorted by name. */
  readonly variables: readonly VariableOrigin[]
}

/** Where a setting came from: the name of a flag, a variable or a key, and the file that it stands in, or null. */
export interface SettingOrigin {
  readonly source: Origin['source']
  readonly name: string
  readonly file: string | null
}

/** What became of a name. */
export interface VariableOrigin {
  readonly name: string
  /** Of the secret that took part; null: none did. */
  readonly key: string | null
  /** Whose value counts; of a definition that was left out, where it stood. `process`: the variable was set already. */
  readonly source: LayerName
  /** Whose values don't count because of it, highest first. */
  readonly hid: readonly LayerName[]
  /** Why the definition doesn't count; null: it does. */
  readonly leftOut: NonNullable<ReportRow['leftOut']> | null
}

/**
 * @param config what the settings came to
 * @param report what became of every name
 */
export function explain(config: Config, report: readonly ReportRow[]): Explanation {
  const variables = report.map(({ name, key = null, source, hid, leftOut = null }) => {
    return { name, key, source, hid, leftOut }
  })
  return {
    environment: config.environment ?? null,
    apiBase: config.connection.apiBase,
    settings: Object.fromEntries(
      listSet(config).map(([key, { source, name, file = null }]) => [key, { source, name, file }]),
    ),
    variables: variables.sort(byName),
  }
}

/** @returns what people read: the settings, then a row for every name; ends with a newline */
export function formatExplanation(config: Config, report: readonly ReportRow[]): string {
  const { environment, apiBase, variables } = explain(config, report)
  const origins = new Map(listSet(config))
  const place = (key: string) => {
    const origin = origins.get(key)
    return origin === undefined ? 'default' : describeOrigin(origin)
  }
  const settings = [
    ['environment', `${environment ?? 'ALL'} (${place('environment')})`],
    ['apiBase', `${apiBase} (${place('apiBase')})`],
    ...[...origins.keys()]
      .filter((key) => !['environment', 'apiBase'].includes(key))
      .map((key) => [key, place(key)]),
  ]
  const rows = variables.map(({ name, key, source, hid, leftOut }) => {
    const notes = [
      ...(leftOut === null ? [] : [`left out: ${REASONS[leftOut]}`]),
      ...(key === null || key === name ? [] : [`key ${key}`]),
    ]
    return [name, SOURCES[source], hid.map((layer) => SOURCES[layer]).join(', '), notes.join('; ')]
  })
  const table = rows.length === 0 ? [['no secret, and nothing in .env']] : [HEADINGS, ...rows]
  return `${alignColumns(settings)}\n${alignColumns(table)}`
}

const HEADINGS = ['NAME', 'SOURCE', 'HIDES', 'NOTE']

const SOURCES: Readonly<Record<LayerName, string>> = {
  ALL: 'ALL',
  environment: 'environment',
  '.env': '.env',
  process: 'already set',
}

/** One name of a hundred characters must not push everything else off the screen. */
const MAX_COLUMN_WIDTH = 40

function listSet({ origins }: Config): [string, Origin][] {
  return [...origins].filter(([, { source }]) => source !== 'default')
}

function byName(one: VariableOrigin, other: VariableOrigin): number {
  return Number(one.name > other.name) - Number(one.name < other.name)
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine))
  const widths = (cells[0] ?? []).map((_, column) => {
    return Math.max(...cells.map((row) => Math.min(row[column]?.length ?? 0, MAX_COLUMN_WIDTH)))
  })
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}
