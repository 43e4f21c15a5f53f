/** The secrets of ALL under those of the environment, by key; which keys are wanted, and what they are called. */
import type { MergePolicy } from '../config/config.ts'
import { matchesGlob } from './glob.ts'
import { toUpperSnake } from './names.ts'

/** Key to value. Undefined: authentic, but not UTF-8 text. */
export type SecretMap = ReadonlyMap<string, string | undefined>

/** What the merge starts from, lowest first. */
export interface Layers {
  /** Secrets of no environment. */
  readonly all: SecretMap
  /** The chosen environment's own secrets. */
  readonly environment: SecretMap
  /** Final names and values, `LOCKER_*` removed. */
  readonly dotenv: ReadonlyMap<string, string>
}

/** A secret that may become a variable. */
export interface OverlaidSecret {
  readonly key: string
  /** After `transform` and `prefix`. */
  readonly name: string
  readonly value: string | undefined
  readonly source: 'ALL' | 'environment'
  /** Whether ALL has the key too. */
  readonly hidesAll: boolean
  /** False: `include` and `exclude` say no. */
  readonly isWanted: boolean
}

/**
 * The environment's own secret counts even if its value can't be used: ALL's must not stand in for it unseen.
 *
 * @returns every key once
 */
export function overlay({ all, environment }: Omit<Layers, 'dotenv'>, policy: MergePolicy): OverlaidSecret[] {
  const secrets: OverlaidSecret[] = []
  const add = (
    source: OverlaidSecret['source'],
    key: string,
    value: string | undefined,
    hidesAll: boolean,
  ) => {
    secrets.push({ key, name: nameOf(key, policy), value, source, hidesAll, isWanted: isWanted(key, policy) })
  }
  for (const [key, value] of environment) add('environment', key, value, all.has(key))
  for (const [key, value] of all) if (!environment.has(key)) add('ALL', key, value, false)
  return secrets
}

function nameOf(key: string, { prefix, transform }: MergePolicy): string {
  return prefix + (transform === 'upper-snake' ? toUpperSnake(key) : key)
}

function isWanted(key: string, { include, exclude }: MergePolicy): boolean {
  const isIncluded = include.length === 0 || include.some((pattern) => matchesGlob(pattern, key))
  return isIncluded && !exclude.some((pattern) => matchesGlob(pattern, key))
}
