/** The sources of settings as layers that are asked alike, highest first. */
import type { Origin } from './config.ts'
import type { Definition } from './dotenv-files.ts'
import { Problem } from './kind.ts'
import type { LockerJson } from './locker-json.ts'
import { badValue } from './origin.ts'
import type { Setting, Source } from './setting.ts'

/** One source. */
export interface Layer {
  readonly source: Source
  /** What relative paths are relative to. */
  readonly folder: string
  /** @returns the raw value of a setting; undefined: this source doesn't set it */
  find(setting: Setting): { readonly raw: unknown; readonly origin: Origin } | undefined
}

/** A value and where it came from. */
export interface Found<Value> {
  readonly value: Value
  readonly origin: Origin
}

/** @param flags by setting key, from the command line */
export function flagLayer(flags: ReadonlyMap<string, string>, cwd: string): Layer {
  return {
    source: 'flag',
    folder: cwd,
    find: ({ key, flag }) => present(flags.get(key), { source: 'flag', name: `--${flag}` }),
  }
}

/** @param options from code, by setting key */
export function optionLayer(options: Readonly<Record<string, unknown>>, cwd: string): Layer {
  return {
    source: 'option',
    folder: cwd,
    find: ({ key }) => {
      return present(Object.hasOwn(options, key) ? options[key] : undefined, { source: 'option', name: key })
    },
  }
}

/** @param variables `LOCKER_*` that aren't empty */
export function environmentLayer(variables: ReadonlyMap<string, string>, cwd: string): Layer {
  return {
    source: 'environment',
    folder: cwd,
    find: ({ variable }) => present(variables.get(variable), { source: 'environment', name: variable }),
  }
}

/** @param definitions `LOCKER_*` that aren't empty */
export function dotenvLayer(definitions: ReadonlyMap<string, Definition>, cwd: string): Layer {
  return {
    source: '.env',
    folder: cwd,
    find: ({ variable }) => {
      const { text, file } = definitions.get(variable) ?? {}
      return present(text, { source: '.env', name: variable, ...(file === undefined ? {} : { file }) })
    },
  }
}

/** Paths in `locker.json` are relative to its own folder, wherever below it one works. */
export function lockerJsonLayer({ file, folder, values }: LockerJson): Layer {
  return {
    source: 'locker.json',
    folder,
    find: ({ key }) => {
      return present(Object.hasOwn(values, key) ? values[key] : undefined, {
        source: 'locker.json',
        name: key,
        file,
      })
    },
  }
}

/**
 * @param layers highest first
 * @returns what the highest layer says that may set it; undefined: none does
 * @throws LockerError when that is no good value
 */
export function findValue<Value>(
  layers: readonly Layer[],
  setting: Setting<string, Value>,
): Found<Value> | undefined {
  for (const layer of layers) {
    const found = setting.sources.includes(layer.source) ? layer.find(setting) : undefined
    if (found !== undefined) return { value: readValue(found, setting, layer.folder), origin: found.origin }
  }
  return undefined
}

/** @throws LockerError when it is no good value */
export function readValue<Value>(
  { raw, origin }: { readonly raw: unknown; readonly origin: Origin },
  { kind }: Setting<string, Value>,
  folder: string,
): Value {
  const isText = origin.source !== 'option' && origin.source !== 'locker.json'
  const value = isText ? kind.parse(String(raw), folder) : kind.decode(raw, folder)
  if (value instanceof Problem) throw badValue(origin, value)
  return value
}

function present(raw: unknown, origin: Origin): { raw: unknown; origin: Origin } | undefined {
  return raw === undefined ? undefined : { raw, origin }
}
