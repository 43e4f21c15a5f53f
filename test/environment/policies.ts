/** Policies and layers for the tests of the merge. */
import type { MergePolicy } from '../../src/config/config.ts'
import type { Layers } from '../../src/environment/overlay.ts'

export const PLAIN: MergePolicy = {
  ...{ override: false, include: [], exclude: [], prefix: '', transform: 'none', required: [], allow: [] },
}

type Values = Readonly<Record<string, string | undefined>>

/** @returns layers of these values */
export function layersOf(
  all: Values,
  environment: Values = {},
  dotenv: Readonly<Record<string, string>> = {},
): Layers {
  return {
    all: new Map(Object.entries(all)),
    environment: new Map(Object.entries(environment)),
    dotenv: new Map(Object.entries(dotenv)),
  }
}
