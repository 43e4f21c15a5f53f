/** What a row of the settings table says. The table is in `settings.ts`. */
import type { Origin } from './config.ts'
import type { Kind } from './kind.ts'

/** Where a setting may come from. */
export type Source = Exclude<Origin['source'], 'credential file' | 'default'>

/** Headings of `--help` and of the README's table. */
export type Group = 'Access' | 'Secrets' | 'Merging' | 'Service' | 'Cache' | 'Behaviour'

/** One row: what a setting is called everywhere, what it holds and what it does. */
export interface Setting<Key extends string = string, Value = unknown> {
  /** The option's name in code, and the key in `locker.json`. */
  readonly key: Key
  readonly variable: string
  /** Without its dashes; undefined: there is none, since it would show in `ps` or come too late. */
  readonly flag?: string
  /** Without its dash. */
  readonly short?: string
  readonly kind: Kind<Value>
  readonly group: Group
  readonly sources: readonly Source[]
  /** As the documentation shows it; undefined: there is none. */
  readonly defaultText?: string
  /** One line. */
  readonly doc: string
}
